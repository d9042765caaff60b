"""What a screen reader sees of a program, and what it can press: the part that needs the Python of the system, which has
the bindings. `/usr/bin/python3 atspi.py PROGRAM` on the session bus of the program; screenreader.py speaks to it.

A line on stdin is a JSON array, the answer is one line:
["look", WINDOW]         the accessible nodes of that window, or of all ("")
["press", NAME]          does the first action of the showing node of that name
["await", OLD, NEW, s]   when the cell whose name begins with OLD now was first seen to begin with NEW: seconds of the wall clock,
                         or null after s
"""

import json
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 (the version comes first)

STATES = ("FOCUSED", "FOCUSABLE", "ENABLED", "SHOWING", "SELECTED", "CHECKED", "ACTIVE")
MOST_CHILDREN = 400


def children(node):
    found = (node.get_child_at_index(index) for index in range(min(node.get_child_count(), MOST_CHILDREN)))
    return [child for child in found if child is not None]


def is_showing(node):
    # A cell that is scrolled away is read out when one goes there.
    return node.get_role() == Atspi.Role.TABLE_CELL or node.get_state_set().contains(Atspi.StateType.SHOWING)


def windows(program):
    desktop = Atspi.get_desktop(0)
    desktop.set_cache_mask(Atspi.Cache.NONE)  # nobody here hears what changes
    for application in children(desktop):
        if application.get_name() == program:
            application.set_cache_mask(Atspi.Cache.NONE)
            yield from children(application)


def nodes(node, path=()):
    """The node and all that shows below it, with their paths."""
    path = (*path, f"{node.get_role_name()} '{node.get_name()}'")
    yield node, path
    for child in children(node):
        if is_showing(child):
            yield from nodes(child, path)


def text_of(node):
    text = node.get_text_iface()
    return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text else None


def described(node, path):
    states = node.get_state_set()
    return {"role": node.get_role_name(), "name": node.get_name(), "description": node.get_description(),
            "states": [name.lower() for name in STATES if states.contains(getattr(Atspi.StateType, name))],
            "text": text_of(node), "path": path}


def look(window):
    return [described(*found) for top in windows(sys.argv[1]) if not window or top.get_name() == window for found in nodes(top)]


def press(name):
    for top in windows(sys.argv[1]):
        for node, _ in nodes(top):
            action = node.get_action_iface()
            if node.get_name() == name and node.get_role() != Atspi.Role.LABEL and action and Atspi.Action.get_n_actions(action) > 0:
                return bool(Atspi.Action.do_action(action, 0))
    return False


def await_cell(old, new, patience):
    trees = [node for top in windows(sys.argv[1]) for node, _ in nodes(top) if node.get_role() in (Atspi.Role.TREE, Atspi.Role.TREE_TABLE)]
    tree, index = next((tree, index) for tree in trees for index, cell in enumerate(children(tree)) if cell.get_name().startswith(old))
    print(json.dumps("ready"), flush=True)
    end = time.time() + patience
    while time.time() < end:
        if tree.get_child_at_index(index).get_name().startswith(new):
            return time.time()
    return None


def main():
    commands = {"look": look, "press": press, "await": await_cell}
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        for _ in range(20):
            try:
                answer = commands[command](*arguments)
                break
            except GLib.Error as error:  # what was looked at has gone meanwhile: from the beginning
                answer = {"error": error.message}
        print(json.dumps(answer), flush=True)


main()
