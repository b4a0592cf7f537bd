import type { Image, ProductStatus } from '../domain.ts';
import { decimalsOf, minorUnits, quantity } from './amounts.ts';
import { htmlToText } from './html.ts';
import { madeSku } from './made-sku.ts';
import type { Column, Row, Sheet } from './sheet.ts';

export interface RowError {
  row: number;
  message: string;
}

/** A variant of the sheet; options and picture are absent where the sheet has no such columns. */
interface SheetVariant {
  row: number;
  sku: string;
  price: number;
  initialStock?: number;
  options?: Record<string, string>;
  imageUrl?: string;
}

/** What the rows of one handle say of a product; absent is what the sheet has no column for. */
export interface SheetProduct {
  row: number;
  handle: string;
  title: string;
  description?: string;
  brand?: string;
  category?: string;
  tags?: string[];
  status?: ProductStatus;
  images?: (Image & { row: number })[];
  variants: SheetVariant[];
}

/** The text of a cell on one line, without control characters. */
const line = (row: Row, column: Column): string =>
  row
    .cell(column)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();

const quoted = (text: string): string => `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;

/** Reads the rows of one handle, in their order; `errors` is empty or the product is not to be used. */
export const readProduct = (
  handle: string,
  rows: readonly [Row, ...Row[]],
  sheet: Sheet,
  currency: string,
): { product: SheetProduct; errors: RowError[] } => {
  const [first] = rows;
  const errors: RowError[] = rows
    .filter(({ tooLong }) => tooLong)
    .map(({ row }) => ({ row, message: 'The row has more cells than the header' }));
  const fault = (row: Row, message: string) => {
    errors.push({ row: row.row, message });
  };
  const given = <T>(column: Column, read: (text: string) => T): T | undefined =>
    sheet.has(column) ? read(line(first, column)) : undefined;

  const title = line(first, 'Title');
  if (!title) fault(first, 'Title is missing in the first row of the handle');
  const product: SheetProduct = {
    row: first.row,
    handle,
    title,
    description: sheet.has('Body (HTML)') ? htmlToText(first.cell('Body (HTML)')) : undefined,
    brand: given('Vendor', String),
    category: given('Type', String),
    tags: given('Tags', tagsIn),
    status: given('Published', (text) => statusOf(text, (message) => fault(first, message))),
    images: imagesIn(rows, sheet),
    variants: variantsIn(handle, rows, sheet, currency, fault),
  };
  if (product.variants.length === 0 && errors.length === 0) fault(first, 'The product has no row with a Variant Price');
  return { product, errors };
};

const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** `Published`; a blank cell says nothing. */
const statusOf = (text: string, fault: (message: string) => void): ProductStatus | undefined => {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  if (['true', 'yes', '1'].includes(word)) return 'active';
  if (['false', 'no', '0'].includes(word)) return 'draft';
  fault(`Published ${quoted(text)} is neither true nor false`);
  return undefined;
};

const optionColumns = [
  ['Option1 Name', 'Option1 Value'],
  ['Option2 Name', 'Option2 Value'],
  ['Option3 Name', 'Option3 Value'],
] as const;

/** A row is a variant when it has a price, a SKU or an option; else all it can bring is a picture. */
const isVariant = (row: Row): boolean =>
  [line(row, 'Variant Price'), line(row, 'Variant SKU'), ...optionColumns.map(([, value]) => line(row, value))].some(
    Boolean,
  );

/** Pictures of rows without a variant are the product's; a picture that comes twice is one. */
const imagesIn = (rows: readonly Row[], sheet: Sheet): SheetProduct['images'] => {
  if (!sheet.has('Image Src')) return undefined;
  const images = new Map<string, Image & { row: number }>();
  for (const row of rows.filter((candidate) => !isVariant(candidate))) {
    const url = line(row, 'Image Src');
    if (url && !images.has(url)) images.set(url, { row: row.row, url, alt: line(row, 'Image Alt Text') });
  }
  return [...images.values()];
};

const variantsIn = (
  handle: string,
  rows: readonly Row[],
  sheet: Sheet,
  currency: string,
  fault: (row: Row, message: string) => void,
): SheetVariant[] => {
  const decimals = decimalsOf(currency);
  const hasOptions = optionColumns.some(([, value]) => sheet.has(value));
  const names: string[] = [];
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    // Names stand in the first row of a handle, values in each.
    for (const [index, [name]] of optionColumns.entries()) names[index] = line(row, name) || (names[index] ?? '');
    if (!isVariant(row)) return [];
    const price = readPrice(row, decimals, fault);
    const options = readOptions(row, names, fault);
    const sku = line(row, 'Variant SKU') || madeSku(handle, options);
    if (seen.has(sku)) fault(row, `SKU ${quoted(sku)} appears twice in the product`);
    seen.add(sku);
    const initialStock = readStock(row, fault);
    const imageUrl = line(row, 'Image Src');
    return {
      ...{ row: row.row, sku, price },
      ...(initialStock !== undefined && { initialStock }),
      ...(hasOptions && { options }),
      ...(imageUrl && { imageUrl }),
    };
  });
};

const readPrice = (row: Row, decimals: number, fault: (row: Row, message: string) => void): number => {
  const text = line(row, 'Variant Price');
  const price = minorUnits(text, decimals);
  if (text === '') fault(row, 'Variant Price is missing');
  else if (price === undefined) {
    const example = decimals === 0 ? '1999' : `19.${'90'.padEnd(decimals, '0').slice(0, decimals)}`;
    fault(row, `Variant Price ${quoted(text)} is not a plain decimal such as ${example}`);
  }
  return price ?? 0;
};

/** A blank cell means that nothing is known of the stock. */
const readStock = (row: Row, fault: (row: Row, message: string) => void): number | undefined => {
  const text = line(row, 'Variant Inventory Qty');
  const stock = quantity(text);
  if (text !== '' && stock === undefined)
    fault(row, `Variant Inventory Qty ${quoted(text)} is not a whole number from 0`);
  return stock;
};

const readOptions = (
  row: Row,
  names: readonly string[],
  fault: (row: Row, message: string) => void,
): Record<string, string> => {
  const pairs = optionColumns.flatMap(([nameColumn, valueColumn], index): [string, string][] => {
    const value = line(row, valueColumn);
    const name = names[index] ?? '';
    if (!value) return [];
    if (!name || name === '__proto__') fault(row, `${valueColumn} has no ${nameColumn}`);
    return [[name, value]];
  });
  const options = Object.fromEntries(pairs);
  if (Object.keys(options).length < pairs.length) fault(row, 'Two options have the same name');
  // What the export writes for a product without options.
  return pairs.length === 1 && options.Title === 'Default Title' ? {} : options;
};
