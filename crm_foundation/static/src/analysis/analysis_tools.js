import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { formatPercentage } from "@web/views/fields/formatters";

/** A rate; of nothing there is none, which is not the same as 0 %. */
export function formatBlankPercentage(value, options) {
    const isNothing = value === false || value === null || value === undefined;
    return isNothing ? "" : formatPercentage(value, options);
}
formatBlankPercentage.extractOptions = formatPercentage.extractOptions;

registry.category("formatters").add("blank_percentage", formatBlankPercentage);

/**
 * @param {Array} domain of a group
 * @param {Object} [field] the measure that was clicked
 * @returns {Array} domain of the rows of the group that the measure counts
 */
export function addCountedDomain(domain, field) {
    const counted = field?.counted_domain;
    return counted?.length ? Domain.and([domain, counted]).toList() : domain;
}

/** Whether a measure is a mean: nothing is no 0, and means do not add up. */
export function isMean(field) {
    return field?.aggregator === "avg";
}
