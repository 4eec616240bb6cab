# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""The table of targets, and whether they were reached."""


class Targets:
    """Filled by the parts of a run, printed at its end; a target that could not be measured is a row, too.

    What was reached is a number, or several by what tells them apart: then the worst counts.
    """

    def __init__(self):
        self.rows = []

    def most(self, what, limit, reached, unit="", digits=2):
        worst = max(reached.values()) if isinstance(reached, dict) else reached
        self._add(what, f"≤ {limit:,}{unit}", reached, digits, "met" if worst <= limit else "missed")

    def least(self, what, limit, reached, unit="", digits=2):
        worst = min(reached.values()) if isinstance(reached, dict) else reached
        self._add(what, f"≥ {limit:,}{unit}", reached, digits, "met" if worst >= limit else "missed")

    def beside(self, what, reached, digits=2):
        """A figure without a target."""
        self._add(what, "", reached, digits, "")

    def unmeasured(self, what, target, why):
        self.rows.append({"what": what, "target": target, "text": why, "verdict": "not measured"})

    def _add(self, what, target, reached, digits, verdict):
        figures = reached.items() if isinstance(reached, dict) else [("", reached)]
        text = ", ".join(
            f"{value:,.{digits}f}" + (f" ({label})" if label else "") for label, value in figures)
        self.rows.append(
            {"what": what, "target": target, "reached": reached, "text": text, "verdict": verdict})

    def print(self):
        print("| | to reach | reached | |\n|---|---:|---|---|")
        for row in self.rows:
            print(f"| {row['what']} | {row['target']} | {row['text']} | {row['verdict']} |", flush=True)
