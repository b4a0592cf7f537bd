/** Rows for a terminal: columns as wide as what is in them, those that `toTheRight` names aligned there. */
export const columns = (rows: readonly (readonly string[])[], toTheRight: (at: number) => boolean): string => {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const pad = (cell: string, at: number) =>
    toTheRight(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
};
