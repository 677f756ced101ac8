"""The choices of a field that another model has."""


def selection_of(model: str, fname: str):
    """:return: the choices of a field, in the reader's language, as ``selection=``"""

    def get_selection(records):
        field = records.env[model]._fields[fname]
        return field._description_selection(records.env)

    return get_selection
