import { Readable } from 'node:stream';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import { CsvError, parse } from 'csv-parse';

export const maxCsvBytes = 10 * 1024 * 1024;
export const maxRows = 20_000;
/** A record beyond this is a quote that was never closed. */
const maxRecordBytes = 1024 * 1024;
const chunkBytes = 64 * 1024;

/** The columns of Shopify's product export that mean something here; all others are ignored. */
export const columns = [
  'Handle',
  'Title',
  'Body (HTML)',
  'Vendor',
  'Type',
  'Tags',
  'Published',
  'Option1 Name',
  'Option1 Value',
  'Option2 Name',
  'Option2 Value',
  'Option3 Name',
  'Option3 Value',
  'Variant SKU',
  'Variant Inventory Qty',
  'Variant Price',
  'Image Src',
  'Image Alt Text',
] as const;
export type Column = (typeof columns)[number];

const required: readonly Column[] = ['Handle', 'Title', 'Variant Price'];

export interface Row {
  /** Counts records, the header being 1; blank lines are no records. */
  row: number;
  /** The text of a cell; empty where the row or the sheet has none. */
  cell(column: Column): string;
  /** More cells than the header has columns: its cells may have slipped. */
  tooLong: boolean;
}

export interface Sheet {
  has(column: Column): boolean;
  rows: Row[];
}

/**
 * Reads a CSV: RFC 4180 with or without BOM, any line ending. Rows may be shorter than the header, as spreadsheets
 * leave out empty cells at the end. It is parsed in pieces, so that other requests are served meanwhile.
 */
export const readSheet = async (text: string): Promise<Sheet | Refusal<'VALIDATION_FAILED' | 'BODY_TOO_LARGE'>> => {
  const parser = Readable.from(pieces(text), { objectMode: false }).pipe(
    parse({
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: maxRecordBytes,
    }),
  );
  const records: string[][] = [];
  try {
    for await (const record of parser) {
      if (records.length > maxRows) {
        return refuse('BODY_TOO_LARGE', { detail: `A CSV may have at most ${maxRows} rows besides its header.` });
      }
      records.push(record);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return invalid(`The CSV can not be read: ${error.message}`);
  }
  const [header, ...rest] = records;
  return header ? withHeader(header, rest) : invalid('The CSV is empty.');
};

function* pieces(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
}

const invalid = (message: string): Refusal<'VALIDATION_FAILED'> =>
  refuse('VALIDATION_FAILED', { detail: message, errors: [{ in: 'body', path: '', message }] });

const plain = (name: string): string => name.trim().replace(/\s+/g, ' ').toLowerCase();

const withHeader = (header: readonly string[], records: readonly string[][]): Sheet | Refusal<'VALIDATION_FAILED'> => {
  const names = header.map(plain);
  const twice = columns.filter((column) => names.indexOf(plain(column)) !== names.lastIndexOf(plain(column)));
  if (twice.length > 0) return invalid(`The CSV has the column ${twice.join(', ')} more than once.`);
  const places = new Map(columns.map((column) => [column, names.indexOf(plain(column))]));
  const has = (column: Column): boolean => places.get(column) !== -1;
  const missing = required.filter((column) => !has(column));
  if (missing.length > 0) return invalid(`The CSV has no column ${missing.join(', ')}.`);
  const rows = records.map((record, index) => ({
    row: index + 2,
    cell: (column: Column) => record[places.get(column) ?? -1] ?? '',
    tooLong: record.slice(header.length).some((cell) => cell.trim() !== ''),
  }));
  // Spreadsheets leave rows of nothing but commas behind; they keep their number and say nothing.
  const blank = (index: number): boolean => records[index]?.every((cell) => cell.trim() === '') ?? true;
  return { has, rows: rows.filter((_, index) => !blank(index)) };
};
