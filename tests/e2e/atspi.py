"""Looks at the accessible tree of one program through AT-SPI: the part that needs the Python of the system, which has the
bindings. `/usr/bin/python3 atspi.py` on the session bus of the program; accessible.py speaks to it.

A line on stdin is a JSON object, {"what": METHOD, ARGUMENT: VALUE, ...}, for a do_METHOD below; a line on stdout is its
answer, {"answer": VALUE} or {"error": TEXT}. Objects that were found are kept, under numbers.
"""

import json
import re
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 (the version comes first)

STATES = ("FOCUSED", "FOCUSABLE", "ENABLED", "SHOWING", "SELECTED", "CHECKED", "ACTIVE")
TABLES = ("tree", "tree table", "table")
MOST_CHILDREN = 400
BREATH = 0.002  # between two looks, so that the program is not only asked


def children(item):
    for at in range(min(item.get_child_count(), MOST_CHILDREN)):
        child = item.get_child_at_index(at)
        if child is not None:
            yield child


def has_state(item, state):
    return item.get_state_set().contains(state)


def is_read(item):
    """Whether somebody who goes through the window comes to it: what shows, and cells that are scrolled away."""
    return item.get_role() == Atspi.Role.TABLE_CELL or has_state(item, Atspi.StateType.SHOWING)


def text_of(item):
    text = item.get_text_iface()
    return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text else None


def pattern(name):
    """`*` stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL)


class Reader:
    def __init__(self):
        self.pid = None
        self.items = []
        self.program = None

    def application(self):
        if self.program is None:
            for found in children(Atspi.get_desktop(0)):
                if found.get_process_id() == self.pid:
                    self.program = found
                    found.set_cache_mask(Atspi.Cache.NONE)  # nobody here hears what changes
        return self.program

    def at(self, place):
        return self.application() if place is None else self.items[place]

    def number(self, item):
        self.items.append(item)
        return len(self.items) - 1

    def walk(self, start):
        """Breadth first, without what does not show and without the cells of tables, which are many."""
        level = [start]
        while level:
            after = []
            for parent in level:
                for child in children(parent):
                    if has_state(child, Atspi.StateType.SHOWING):
                        yield child
                        if child.get_role_name() not in (*TABLES, "menu bar"):
                            after.append(child)
            level = after

    def read(self, item, path=()):
        """The item and all below it, as somebody goes through it, with their paths."""
        path = (*path, f"{item.get_role_name()} '{item.get_name()}'")
        yield item, path
        for child in children(item):
            if is_read(child):
                yield from self.read(child, path)

    # --- what is asked

    def do_attach(self, pid):
        """From now on that program is looked at, which may register itself later: who asks this knows that it can."""
        self.pid, self.program = pid, None
        return Atspi.get_desktop(0).get_child_count()

    def do_find(self, role, name, place):
        start = self.at(place)
        if start is None:
            return None
        wanted = pattern(name)
        for item in self.walk(start):
            if (not role or item.get_role_name() == role) and wanted.fullmatch(item.get_name()):
                return self.number(item)
        return None

    def do_look(self, item):
        it = self.items[item]
        seen = {"name": it.get_name(), "description": it.get_description(), "role": it.get_role_name()}
        if seen["role"] in ("", "invalid"):
            return {}
        seen["states"] = [state.value_nick for state in it.get_state_set().get_states()]
        if (text := text_of(it)) is not None:
            seen["text"] = text
            if Atspi.Text.get_n_selections(it.get_text_iface()) > 0:
                selection = Atspi.Text.get_selection(it.get_text_iface(), 0)
                seen["selected"] = text[selection.start_offset:selection.end_offset]
        box = it.get_component_iface()
        if box is not None:
            area = Atspi.Component.get_extents(box, Atspi.CoordType.SCREEN)
            seen["box"] = [area.x, area.y, area.width, area.height]
        return seen

    def do_box(self, item):
        return self.do_look(item).get("box")

    def do_rows(self, item):
        """The first cell of each row of a table: its place among the children, its name."""
        table = self.items[item]
        columns = Atspi.Table.get_n_columns(table.get_table_iface())
        cells = ((at, table.get_child_at_index(at)) for at in range(columns, table.get_child_count(), columns))  # after the headers
        return [(at, cell.get_name()) for at, cell in cells if cell is not None]

    def do_child(self, item, index):
        child = self.items[item].get_child_at_index(index)
        return None if child is None else self.number(child)

    def do_press(self, item):
        action = self.items[item].get_action_iface()
        names = [Atspi.Action.get_action_name(action, at) for at in range(Atspi.Action.get_n_actions(action))]
        return Atspi.Action.do_action(action, names.index("Press") if "Press" in names else 0)

    def do_nodes(self, place):
        start = self.at(place)
        return [] if start is None else [
            {"role": item.get_role_name(), "name": item.get_name(), "description": item.get_description(), "text": text_of(item), "path": path,
             "states": [name.lower() for name in STATES if has_state(item, getattr(Atspi.StateType, name))]}
            for item, path in self.read(start)]

    def do_hear(self, texts, place):
        start = self.at(place)
        for item, _ in self.read(start) if start is not None else ():
            for words in (item.get_name(), item.get_description(), text_of(item)):
                if words and all(text in words for text in texts):
                    return words
        return None

    def do_tree(self, place):
        start = self.at(place)
        return [] if start is None else ["  " * (len(path) - 1) + path[-1] for _, path in self.read(start)]

    def do_await(self, item, name, patience):
        """When it was first seen to have such a name, on the monotonic clock; says before that it looks."""
        it, wanted = self.items[item], pattern(name)
        it.get_name()
        print(json.dumps({"answer": "ready"}), flush=True)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if wanted.fullmatch(it.get_name()):
                return time.monotonic()
            time.sleep(BREATH)
        return None


# Of what has gone while it was looked at: there is none such. It may be looked for again.
NOTHING = {"find": None, "look": {}, "box": None, "rows": [], "child": None, "press": False, "nodes": [], "hear": None, "tree": []}


def main():
    Atspi.init()
    reader = Reader()
    for line in sys.stdin:
        request = json.loads(line)
        what = request.pop("what")
        try:
            answer = {"answer": getattr(reader, "do_" + what)(**request)}
        except GLib.Error as error:
            answer = {"answer": NOTHING[what]} if what in NOTHING else {"error": str(error)}
        print(json.dumps(answer), flush=True)


main()
