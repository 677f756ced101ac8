import { downloadFile } from "@web/core/network/download";

/**
 * A text that a spreadsheet might run is made a plain text.
 */
function toCell(value) {
    if (value === false || value === null || value === undefined) {
        return "";
    }
    if (typeof value === "number") {
        return `${value}`;
    }
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value}`;
    return `"${text.replaceAll('"', '""')}"`;
}

/**
 * @param {Array[]} rows texts and numbers, the heading first; a missing figure is empty
 * @returns {string} the rows as a spreadsheet reads them, in whatever language
 */
export function toCsv(rows) {
    return `\ufeff${rows.map((row) => row.map(toCell).join(",")).join("\r\n")}\r\n`;
}

/**
 * @param {Array[]} rows
 * @param {string} name of the file, without its ending
 */
export function downloadTable(rows, name) {
    return downloadFile(toCsv(rows), `${name}.csv`, "text/csv;charset=utf-8");
}

export const roundFigure = (score) =>
    typeof score === "number" ? Math.round(score * 10) / 10 : false;
