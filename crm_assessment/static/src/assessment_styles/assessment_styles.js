/**
 * How a viewpoint and a letter look, everywhere the same: in legends, radars, lines and bars.
 * Distinguishable without colour too: each has its own point and dashes.
 */
const STYLES = [
    { color: "#714B67", pointStyle: "circle", borderDash: [], symbol: "●" },
    { color: "#017E84", pointStyle: "rectRot", borderDash: [6, 3], symbol: "◆" },
    { color: "#C8502D", pointStyle: "triangle", borderDash: [2, 2], symbol: "▲" },
    { color: "#2F6FDE", pointStyle: "rect", borderDash: [8, 2, 2, 2], symbol: "■" },
    { color: "#7A6A00", pointStyle: "star", borderDash: [1, 3], symbol: "✱" },
    { color: "#3C3C3C", pointStyle: "crossRot", borderDash: [12, 4], symbol: "✕" },
];

// Each viewpoint keeps its style, whoever else has answered.
const VIEWPOINTS = ["customer", "employee", "manager", "self", "reviewer"];

/**
 * @param {string} code of a viewpoint
 * @returns {{ color: string, pointStyle: string, borderDash: number[], symbol: string }}
 */
export function getViewpointStyle(code) {
    const index = VIEWPOINTS.indexOf(code);
    return STYLES[index === -1 ? STYLES.length - 1 : index];
}

/**
 * @param {number} index of the letter in its framework
 */
export function getLetterStyle(index) {
    return STYLES[index % STYLES.length];
}

/**
 * @param {{ color: string, pointStyle: string, borderDash: number[] }} style
 * @returns {Object} what a dataset of Chart.js needs
 */
export function getDatasetStyle({ color, pointStyle, borderDash }) {
    return {
        borderColor: color,
        backgroundColor: `${color}22`,
        pointBackgroundColor: color,
        borderWidth: 2,
        pointStyle,
        borderDash,
        spanGaps: true,
    };
}

/**
 * @param {number|false|null|undefined} score from 0 to 100; a missing one is no 0
 */
export function formatScore(score) {
    return typeof score === "number" ? `${Math.round(score)}` : "–";
}
