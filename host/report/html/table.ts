// Tables with a caption and scoped headers, in a region that scrolls sideways where the screen is narrow.

import { type Content, Html, html } from "./html.ts";

export interface Column<Row> {
  header: Content;
  cell: (row: Row) => Content;
  /** Right-aligned, with digits of equal width. */
  numeric?: boolean;
  /** Running text, which wraps. */
  prose?: boolean;
}

/** The first column names its row. id: of the caption, unique in the page. */
export function table<Row>(
  id: string,
  caption: Content,
  [first, ...columns]: Column<Row>[],
  rows: readonly Row[],
  foot?: readonly Content[],
): Html {
  const kind = ({ numeric, prose }: Column<Row>) => (numeric ? "number" : prose ? "prose" : "word");
  // A region that scrolls takes the focus, so that the keyboard can scroll it.
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table>
<caption id="${id}"><span>${caption}</span></caption>
<thead><tr>${[first, ...columns].map((column) => html`<th scope="col" class="${kind(column)}">${column.header}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr><th scope="row">${first.cell(row)}</th>${columns.map(
    (column) => html`<td class="${kind(column)}">${column.cell(row)}</td>`,
  )}</tr>
`,
)}</tbody>${
    foot &&
    html`
<tfoot><tr><th scope="row">${foot[0]}</th>${columns.map(
      (column, i) => html`<td class="${kind(column)}">${foot[i + 1]}</td>`,
    )}</tr></tfoot>`
  }
</table>
</div>`;
}

/** Words for a cell without a value. */
export const NOT_MEASURED = new Html('<span class="none">not measured</span>');
