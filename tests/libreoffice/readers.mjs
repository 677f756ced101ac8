/**
 * What a reader of the npm registry finds in a workbook, as JSON: the rows of each sheet.
 *
 * node readers.mjs READER FILE, in the folder with the node modules
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";

const require = createRequire(resolve("package.json"));
const [reader, path] = process.argv.slice(2);

const READERS = {
    async exceljs() {
        const book = new (require("exceljs").Workbook)();
        await book.xlsx.readFile(path);
        // It counts rows and columns from 1 on.
        return book.worksheets.map((sheet) =>
            sheet
                .getSheetValues()
                .slice(1)
                .map((row) => row.slice(1).map((cell) => cell?.result ?? cell)),
        );
    },
    async "read-excel-file"() {
        const sheets = await require("read-excel-file/node").default(path);
        return sheets.map(({ data }) => data);
    },
};

process.stdout.write(JSON.stringify(await READERS[reader]()));
