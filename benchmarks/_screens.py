"""The calls that the browser makes for a screen, from the screen's own view."""

import json

from lxml import etree

NUMBERS = ("integer", "float", "monetary")
# The browser's own: a page of a list, how far it counts, the cards in a column.
LIST_LIMIT, COUNT_LIMIT, CARDS = 80, 10_001, 40


def view(env, xml_id, model, kind):
    """The architecture of a view, as this user gets it."""
    return etree.fromstring(env[model].get_view(env.ref(xml_id).id, kind)["arch"])


def field_names(arch):
    """The fields of a view itself, not of a view inside it."""
    return list(
        dict.fromkeys(
            node.get("name")
            for node in arch.iter("field")
            if not any(parent.tag == "field" for parent in node.iterancestors())
        )
    )


def specification(model, arch):
    """What the browser asks of each record."""
    spec = {}
    for name in field_names(arch):
        field = model._fields[name]
        if field.type == "many2one":
            spec[name] = {"fields": {"display_name": {}}}
        elif field.relational:
            inside = [
                each
                for node in arch.iter("field")
                if node.get("name") == name
                for each in node.iterchildren("list", "kanban")
            ]
            comodel = model.env[field.comodel_name]
            spec[name] = {"fields": {}}
            for each in inside:
                spec[name]["fields"] |= specification(comodel, etree.ElementTree(each))
        else:
            spec[name] = {}
    return spec


def totals(model, arch):
    """The totals that the browser asks of each group."""
    fields = [(name, model._fields[name]) for name in field_names(arch)]
    return [
        f"{name}:{field.aggregator}"
        for name, field in fields
        if field.type in NUMBERS and field.aggregator and field.store
    ]


def measures(model, arch):
    """The figures that a pivot shows at first, and so asks for."""
    return [
        f"{node.get('name')}:{model._fields[node.get('name')].aggregator}"
        for node in arch.iter("field")
        if node.get("type") == "measure"
    ]


def kanban(env, model, xml_id, domain, groupby):
    arch = view(env, xml_id, model, "kanban")
    options = {
        "auto_unfold": True,
        "unfold_read_specification": specification(env[model], arch),
        "unfold_read_default_limit": int(arch.get("limit", CARDS)),
    }
    aggregates = totals(env[model], arch)
    bar = next(arch.iter("progressbar"))
    progress = {"field": bar.get("field"), "colors": json.loads(bar.get("colors"))}
    return [
        (model, "web_read_group", (domain, [groupby], aggregates), options),
        (model, "read_progress_bar", (domain, groupby, progress), {}),
    ]


def listing(env, model, xml_id, domain):
    spec = specification(env[model], view(env, xml_id, model, "list"))
    options = {"limit": LIST_LIMIT, "count_limit": COUNT_LIMIT}
    return [(model, "web_search_read", (domain, spec), options)]


def grouping_sets(*fields):
    """A pivot by two fields also asks for the totals of each, and of all."""
    return [[], *([field] for field in fields), list(fields)]


def pivot(model, domain, groups, aggregates):
    arguments = (domain, groups, aggregates)
    return [(model, "formatted_read_grouping_sets", arguments, {})]


def show(env, calls):
    """Make the calls on this side of the network."""
    for model, method, arguments, options in calls:
        getattr(env[model], method)(*arguments, **options)
