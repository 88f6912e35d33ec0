// The matrix at the end: a row a host, a column a group of cases, "=" where all of them are equal.
import type { Compared } from "./compare.ts";
import type { Case } from "./table.ts";

export interface Outcome {
  host: string;
  compared: Compared;
}

/** Cases whose checksums differ. */
export const differing = ({ cases }: Compared) => cases.filter((differences) => differences.length > 0).length;

/** A title above each column, and its lines joined by the wall that runs down to the column. */
function heading(groups: readonly string[], first: number): string[] {
  return groups.map((group, g) => `${" ".repeat(first)}${"│ ".repeat(g)}┌ ${group}`);
}

export function matrix(cases: readonly Case[], outcomes: readonly Outcome[]): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const first = Math.max(...outcomes.map(({ host }) => host.length)) + 2;
  const titles = groups.map((group) => `${group} (${cases.filter((one) => one.group === group).length})`);
  const rows = outcomes.map(({ host, compared }) => {
    const cells = groups.map((group) => {
      const wrong = cases.some((one, c) => one.group === group && compared.cases[c].length > 0);
      return wrong ? "≠" : "=";
    });
    return `${host.padEnd(first)}${cells.join(" ")}`;
  });
  return [...heading(titles, first), ...rows].join("\n");
}
