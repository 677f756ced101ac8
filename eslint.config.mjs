// The rules of Odoo 19 itself: web/tooling/_eslintrc.json and test_lint/tests/eslintrc.

const browser =
    "AbortController Blob BroadcastChannel CSS CustomEvent DOMException DOMParser DataTransfer Element Event " +
    "EventTarget File FileReader FormData HTMLElement Image IntersectionObserver KeyboardEvent " +
    "MouseEvent MutationObserver Node PointerEvent ResizeObserver URL URLSearchParams " +
    "WebSocket XMLHttpRequest alert atob btoa cancelAnimationFrame clearInterval clearTimeout " +
    "console crypto document fetch getComputedStyle history localStorage location navigator " +
    "performance queueMicrotask requestAnimationFrame sessionStorage setInterval setTimeout " +
    "structuredClone window";
const odoo = "odoo luxon Chart DOMPurify";

export default [
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: Object.fromEntries(
                `${browser} ${odoo}`.split(" ").map((name) => [name, "readonly"]),
            ),
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "no-undef": "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-const-assign": "error",
            "no-debugger": "error",
            "no-dupe-args": "error",
            "no-dupe-class-members": "error",
            "no-dupe-else-if": "error",
            "no-dupe-keys": "error",
            "no-duplicate-case": "error",
            "no-duplicate-imports": "error",
            "no-empty": "error",
            "no-fallthrough": "error",
            "no-import-assign": "error",
            "no-self-assign": "error",
            "no-this-before-super": "error",
            "no-unreachable": "error",
            "no-unsafe-negation": "error",
            "no-useless-escape": "error",
            "no-var": "error",
            "constructor-super": "error",
            "use-isnan": "error",
            "valid-typeof": "error",
            "no-unused-vars": ["error", { args: "none", caughtErrors: "all" }],
            "no-restricted-syntax": [
                "error",
                "PrivateIdentifier",
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='props'][static='true']))",
                    message: "A component declares its static props.",
                },
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='template'][static='true']))",
                    message: "A component declares its static template.",
                },
                {
                    selector: "CallExpression[callee.name='_t'] > :first-child[value=/(.*%s){2,}/]",
                    message: "Two placeholders need names.",
                },
                {
                    selector: "CallExpression[callee.name='_t'] > TemplateLiteral:first-child",
                    message: "A text with ${} in it is never found in the translations.",
                },
                {
                    selector:
                        "CallExpression[callee.object.name='notificationService'][callee.property.name='add'] > Literal:first-child",
                    message: "A notification is translated.",
                },
            ],
            curly: ["error", "all"],
            eqeqeq: ["error", "smart"],
            "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
            "arrow-body-style": ["error", "as-needed"],
        },
    },
];
