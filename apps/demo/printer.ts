import { styleText } from 'node:util';

type Money = { amount: number; currency: string };
type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Something that the demo was about to tell is not so. */
export class NotTrue extends Error {}

const WIDTH = 78;
const INDENT = '   ';

/** An amount in its currency's own decimals, such as `$67.90`. */
export const money = ({ amount, currency }: Money): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

/** The same taken off. */
export const off = (value: Money): string => money({ ...value, amount: -value.amount });

/** Text of a cell, to the left of its column or (numbers) to the right. */
const aligned = (text: string, width: number): string => (width < 0 ? text.padStart(-width) : text.padEnd(width));

/** Writes the story: plain lines, in columns, coloured where that is asked for. */
export const createPrinter = (write: (text: string) => void, colour: boolean) => {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const line = (text = '') => write(`${text === '' ? '' : INDENT + text}\n`);
  const row = (cells: readonly string[], widths: readonly number[]) =>
    cells
      .map((cell, at) => aligned(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd();

  return {
    /** What comes before the chapters. */
    opening: (text: string) => write(`${text}\n`),
    chapter(number: number, title: string) {
      write(`\n${paint('bold', `${number}  ${title}`)}\n${paint('dim', '─'.repeat(WIDTH))}\n`);
    },
    say: (text = '') => line(text),
    /** One line of a table that grows; a negative width sets its column to the right. */
    row: (cells: readonly string[], widths: readonly number[], style?: Style) =>
      line(style ? paint(style, row(cells, widths)) : row(cells, widths)),
    /** A table known as a whole, its columns as wide as they need to be; `right` lists those of numbers. */
    table(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []) {
      const widths = head.map((_title, at) => {
        const width = Math.max(...[head, ...rows].map((cells) => (cells[at] ?? '').length));
        return right.includes(at) ? -width : width;
      });
      line();
      if (head.some((title) => title !== '')) line(paint('dim', row(head, widths)));
      for (const cells of rows) line(row(cells, widths));
      line();
    },
    /** Tells what has been found true. @throws NotTrue when it was not. */
    proven(claim: string, holds: boolean) {
      if (!holds) throw new NotTrue(claim);
      line(`${paint('green', '✓')} ${claim}`);
    },
  };
};

export type Printer = ReturnType<typeof createPrinter>;
