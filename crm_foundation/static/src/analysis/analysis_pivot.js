import { registry } from "@web/core/registry";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";
import { pivotView } from "@web/views/pivot/pivot_view";
import { addCountedDomain } from "./analysis_tools";

/** A click on a figure shows the rows that it counts, and no others. */
export class AnalysisPivotRenderer extends PivotRenderer {
    onOpenView(cell, newWindow) {
        this.clickedMeasure = cell.measure;
        return super.onOpenView(cell, newWindow);
    }

    openView(domain, views, context, newWindow) {
        const field = this.model.metaData.fields[this.clickedMeasure];
        return super.openView(addCountedDomain(domain, field), views, context, newWindow);
    }
}

export const analysisPivotView = { ...pivotView, Renderer: AnalysisPivotRenderer };

registry.category("views").add("analysis_pivot", analysisPivotView);
