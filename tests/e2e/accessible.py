#!/usr/bin/env python3
"""What a person without eyes is told of a program: its accessible tree, through AT-SPI.

`Eyes` is what tests use. It runs this file as a program with the system's Python, which has the bindings (gi, Atspi);
that program answers one JSON object a line and keeps the objects that were found, under numbers.
"""

import json
import os
import re
import subprocess
import sys

SYSTEM_PYTHON = "/usr/bin/python3"
QUERY_DEADLINE = 60


def missing():
    """What is not installed, as a list of words."""
    look = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    done = subprocess.run([SYSTEM_PYTHON, "-c", look], capture_output=True, check=False) if os.path.exists(SYSTEM_PYTHON) else None
    return [] if done and done.returncode == 0 else ["gir1.2-atspi-2.0 (with python3-gi)"]


class Eyes:
    """The accessible objects of one program on the bus of a screen.

    A place is where an object is looked for: the number of another object, or None for the program. A match is a role
    (`push button`, `text`, `label` ...) and a name, in which `*` stands for anything.
    """

    def __init__(self, screen, pid):
        self.process = subprocess.Popen([SYSTEM_PYTHON, "-W", "ignore::DeprecationWarning", os.path.abspath(__file__), str(pid)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, env={**os.environ, **screen.environment}, text=True)

    def ask(self, what, **arguments):
        self.process.stdin.write(json.dumps({"what": what, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the program that looks at the accessible tree has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{what} {arguments}: {answer['error']}"
        return answer["answer"]

    def find(self, role, name, place=None, hidden=False):
        """The number of the first such object that shows, or None."""
        return self.ask("find", role=role, name=name, place=place, hidden=hidden)

    def look(self, item):
        """name, description, role, states, text, selected, value, box (x, y, width, height on the screen); {} when it is gone."""
        return self.ask("look", item=item)

    def text(self, item):
        return self.look(item).get("text", "")

    def name(self, item):
        return self.look(item).get("name", "")

    def names(self, item):
        """The names of its children, empty ones too."""
        return self.ask("names", item=item)

    def child(self, item, index):
        return self.ask("child", item=item, index=index)

    def press(self, item):
        """What a press of it does."""
        return self.ask("press", item=item)

    def tree(self, place=None):
        """Lines of all that shows, for a test that has failed."""
        return "\n".join(self.ask("tree", place=place))

    def close(self):
        self.process.stdin.close()
        self.process.wait(QUERY_DEADLINE)
        self.process.stdout.close()


# --- the program ------------------------------------------------------------------------------------------------------

class Reader:
    def __init__(self, atspi, pid):
        self.atspi, self.pid = atspi, pid
        self.items = []
        self.program = None

    def application(self):
        if self.program is None:
            desktop = self.atspi.get_desktop(0)
            for at in range(desktop.get_child_count()):
                found = desktop.get_child_at_index(at)
                if found is not None and found.get_process_id() == self.pid:
                    self.program = found
                    found.set_cache_mask(self.atspi.Cache.NONE)
        return self.program

    def at(self, place):
        return self.application() if place is None else self.items[place]

    def number(self, item):
        self.items.append(item)
        return len(self.items) - 1

    def children(self, item):
        for at in range(item.get_child_count()):
            child = item.get_child_at_index(at)
            if child is not None:
                yield child

    def shows(self, item):
        return item.get_state_set().contains(self.atspi.StateType.SHOWING)

    def walk(self, item, hidden):
        """Breadth first; what does not show is not looked into, nor are tables, whose cells are many."""
        level = [item]
        while level:
            after = []
            for parent in level:
                for child in self.children(parent):
                    if not hidden and not self.shows(child):
                        continue
                    yield child
                    if child.get_role_name() not in ("tree", "tree table", "table", "menu bar"):
                        after.append(child)
            level = after

    def do_find(self, role, name, place, hidden):
        start = self.at(place)
        if start is None:
            return None
        wanted = re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL)
        for item in self.walk(start, hidden):
            if role and item.get_role_name() != role:
                continue
            if wanted.fullmatch(item.get_name()):
                return self.number(item)
        return None

    def do_look(self, item):
        it = self.items[item]
        seen = {"name": it.get_name(), "description": it.get_description(), "role": it.get_role_name()}
        if seen["role"] in ("", "invalid"):
            return {}
        seen["states"] = [state.value_nick for state in it.get_state_set().get_states()]
        text = it.get_text_iface()
        if text is not None:
            seen["text"] = self.atspi.Text.get_text(text, 0, self.atspi.Text.get_character_count(text))
            if self.atspi.Text.get_n_selections(text) > 0:
                selection = self.atspi.Text.get_selection(text, 0)
                seen["selected"] = seen["text"][selection.start_offset:selection.end_offset]
        value = it.get_value_iface()
        if value is not None:
            seen["value"] = self.atspi.Value.get_current_value(value)
        box = it.get_component_iface()
        if box is not None:
            area = self.atspi.Component.get_extents(box, self.atspi.CoordType.SCREEN)
            seen["box"] = [area.x, area.y, area.width, area.height]
        return seen

    def do_names(self, item):
        return [child.get_name() for child in self.children(self.items[item])]

    def do_child(self, item, index):
        child = self.items[item].get_child_at_index(index)
        return None if child is None else self.number(child)

    def do_press(self, item):
        action = self.items[item].get_action_iface()
        names = [self.atspi.Action.get_action_name(action, at) for at in range(self.atspi.Action.get_n_actions(action))]
        return self.atspi.Action.do_action(action, names.index("Press") if "Press" in names else 0)

    def do_tree(self, place):
        lines = []

        def write(item, depth):
            lines.append("  " * depth + f"{item.get_role_name()} {item.get_name()!r}")
            for child in self.children(item):
                if self.shows(child):
                    write(child, depth + 1)
        if self.at(place) is not None:
            write(self.at(place), 0)
        return lines


def serve():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    Atspi.init()
    reader = Reader(Atspi, int(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(reader, "do_" + request.pop("what"))(**request)}
        except GLib.Error as error:  # an object that is gone while it was looked at
            answer = {"answer": None} if "find" in line[:16] else {"answer": {}} if '"look"' in line[:20] else {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
