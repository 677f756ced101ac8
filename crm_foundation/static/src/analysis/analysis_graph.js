import { registry } from "@web/core/registry";
import { GraphModel, SEQUENTIAL_TYPES } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { addCountedDomain, isMean } from "./analysis_tools";

/**
 * A graph that tells nothing from zero: a month without rows is there, as a gap in a line
 * of means and as no bar; and it makes no line of its own.
 */
export class AnalysisGraphModel extends GraphModel {
    /** Means do not add up, neither in a stack nor in a line above it. */
    _buildMetaData(params) {
        const metaData = super._buildMetaData(params);
        if (isMean(metaData.fields[metaData.measure])) {
            metaData.stacked = false;
        }
        return metaData;
    }

    async _loadDataPoints(metaData) {
        const loaded = await super._loadDataPoints(metaData);
        // Months without rows have no number at all.
        metaData.allIntegers = loaded[0].every(
            ({ count, value }) => !count || Number.isInteger(value),
        );
        return loaded;
    }

    /** Along the time there are all months, also those without rows. */
    _getProcessedDataPoints() {
        const points = super._getProcessedDataPoints();
        const { fields, groupBy, mode, order } = this.metaData;
        const isTimeline =
            mode !== "pie" &&
            !order &&
            SEQUENTIAL_TYPES.includes(fields[groupBy[0]?.fieldName]?.type);
        if (!isTimeline) {
            return points.filter((point) => point.count);
        }
        const kept = new Set(points);
        return this.dataPoints.filter((point) => kept.has(point) || !point.count);
    }

    /** A month without rows belongs to the lines that there are. */
    _getDatasetLabel(point) {
        if (!point.count && this.metaData.groupBy.length > 1) {
            const other = this.dataPoints.find(({ count }) => count);
            if (other) {
                return super._getDatasetLabel(other);
            }
        }
        return super._getDatasetLabel(point);
    }

    _getData(points, forceUseAllDataPoints) {
        const data = super._getData(points, forceUseAllDataPoints);
        const { fields, groupBy, measure } = this.metaData;
        const nothing = isMean(fields[measure]) ? null : 0;
        for (const dataset of data.datasets) {
            dataset.data = dataset.data.map((value, index) => {
                const isMissing = groupBy.length && !dataset.domains[index]?.length;
                return isMissing || typeof value !== "number" ? nothing : value;
            });
        }
        return data;
    }
}

/** A click on a bar shows the rows that it counts, and no others. */
export class AnalysisGraphRenderer extends GraphRenderer {
    openView(domain, views, context, newWindow) {
        const { fields, measure } = this.model.metaData;
        return super.openView(addCountedDomain(domain, fields[measure]), views, context, newWindow);
    }

    /** What is nothing has no line in the tooltip. */
    getTooltipItems(data, metaData, tooltipModel) {
        const dataPoints = tooltipModel.dataPoints.filter(({ raw }) => raw !== null);
        return super.getTooltipItems(data, metaData, { ...tooltipModel, dataPoints });
    }
}

export const analysisGraphView = {
    ...graphView,
    Model: AnalysisGraphModel,
    Renderer: AnalysisGraphRenderer,
};

registry.category("views").add("analysis_graph", analysisGraphView);
