import { money } from '@shop/contracts/money.ts';
import { isRefusal, type Refusal } from '@shop/contracts/problems.ts';
import { faultWords } from '@shop/platform/http/schemas.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { changed, type Draft, isDeleted, maxOwnedSkus, newProduct, type Product, revived } from '../domain.ts';
import { handlePattern } from '../handle.ts';
import { createProductBody } from '../schemas.ts';
import type { ProductStore, Save, SaveReply } from '../store.ts';
import { draftOf } from './draft.ts';
import { type RowError, readProduct, type SheetProduct } from './read-product.ts';
import { type Row, readSheet, type Sheet } from './sheet.ts';

/** Counts are products: each handle is one of the three. Those with a bad row are among the skipped. */
export interface ImportResult {
  created: number;
  updated: number;
  skipped: number;
  errors: RowError[];
}

/** How many of the handles are dealt with. */
export interface Progress {
  done: number;
  total: number;
}

export interface Import {
  /**
   * Reads the sheet and answers the steps that write it, a batch of products each; refused before anything is
   * written when it is no such sheet. Each product is written wholly or not at all, and a product that is already as
   * the sheet says is left alone: so an import that was cut off, as by `signal`, is simply run again.
   */
  start(
    csv: string,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<Progress, ImportResult> | Refusal<'VALIDATION_FAILED' | 'BODY_TOO_LARGE'>>;
}

export interface ImportDeps {
  store: ProductStore;
  clock: Clock;
  ids: Ids;
  currency: string;
  /** Called after products were written. */
  written: () => Promise<void>;
}

const batchSize = 100;
/** Products that someone else wrote meanwhile are read and merged again. */
const maxRounds = 10;

type Outcome = { handle: string; kind: 'created' | 'updated' | 'unchanged' } | { handle: string; errors: RowError[] };

export const createImport = (deps: ImportDeps): Import => ({
  async start(csv, signal) {
    const sheet = await readSheet(csv);
    return isRefusal(sheet) ? sheet : steps(deps, sheet, signal);
  },
});

async function* steps(deps: ImportDeps, sheet: Sheet, signal: AbortSignal): AsyncGenerator<Progress, ImportResult> {
  const { handles, errors } = byHandle(sheet);
  const result: ImportResult = { created: 0, updated: 0, skipped: 0, errors };
  const total = handles.length;
  yield { done: 0, total };
  for (let from = 0; from < total && !signal.aborted; from += batchSize) {
    const outcomes = await importBatch(deps, sheet, handles.slice(from, from + batchSize));
    for (const outcome of outcomes) {
      if ('errors' in outcome) errors.push(...outcome.errors);
      result['errors' in outcome || outcome.kind === 'unchanged' ? 'skipped' : outcome.kind] += 1;
    }
    yield { done: Math.min(from + batchSize, total), total };
  }
  errors.sort((a, b) => a.row - b.row);
  return result;
}

type Handled = [handle: string, rows: [Row, ...Row[]]];

/** Rows of one handle belong together wherever they stand. */
const byHandle = (sheet: Sheet): { handles: Handled[]; errors: RowError[] } => {
  const handles = new Map<string, [Row, ...Row[]]>();
  const errors: RowError[] = [];
  for (const row of sheet.rows) {
    const handle = row.cell('Handle').trim();
    const rows = handles.get(handle);
    if (!handle) errors.push({ row: row.row, message: 'Handle is missing' });
    else if (rows) rows.push(row);
    else handles.set(handle, [row]);
  }
  return { handles: [...handles], errors };
};

const importBatch = async (deps: ImportDeps, sheet: Sheet, handles: readonly Handled[]): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  let open: SheetProduct[] = [];
  for (const [handle, rows] of handles) {
    const { product, errors } = readProduct(handle, rows, sheet, deps.currency);
    if (!handlePattern.test(handle)) errors.push(badHandle(product));
    if (errors.length > 0) outcomes.push({ handle, errors });
    else open.push(product);
  }
  for (let round = 0; open.length > 0 && round < maxRounds; round += 1) {
    const { settled, raced } = await writeOnce(deps, open);
    outcomes.push(...settled);
    open = raced;
  }
  return [...outcomes, ...open.map(outrun)];
};

const badHandle = ({ row }: SheetProduct): RowError => ({
  row,
  message: 'Handle must be 1 to 120 lower-case letters, digits and hyphens',
});

const outrun = ({ handle, row }: SheetProduct): Outcome => ({
  handle,
  errors: [{ row, message: 'The product was changed by others all the while; import it again' }],
});

/** Merges the products with what the catalogue has now and writes those that differ. */
const writeOnce = async (
  deps: ImportDeps,
  products: readonly SheetProduct[],
): Promise<{ settled: Outcome[]; raced: SheetProduct[] }> => {
  const existing = await deps.store.byHandles(products.map(({ handle }) => handle));
  const byName = new Map(existing.map((product) => [product.handle, product]));
  const settled: Outcome[] = [];
  const writing: { sheet: SheetProduct; save: Save }[] = [];
  for (const sheet of products) {
    const before = byName.get(sheet.handle);
    const draft = draftOf(sheet, before);
    const errors = faultsOf(sheet, draft, deps.currency);
    const save = merge(deps, sheet.handle, draft, before);
    if (save.product.owned.length > maxOwnedSkus) errors.push(tooManySkus(sheet));
    if (errors.length > 0) settled.push({ handle: sheet.handle, errors });
    else if (save.product === before) settled.push({ handle: sheet.handle, kind: 'unchanged' });
    else writing.push({ sheet, save });
  }
  const replies = await deps.store.save(writing.map(({ save }) => save));
  if (replies.some(({ ok }) => ok)) await deps.written();
  const raced: SheetProduct[] = [];
  for (const [index, { sheet, save }] of writing.entries()) {
    const outcome = outcomeOf(sheet, save, replies[index]);
    if (outcome) settled.push(outcome);
    else raced.push(sheet);
  }
  return { settled, raced };
};

const merge = ({ ids, clock, currency }: ImportDeps, handle: string, draft: Draft, before?: Product): Save => {
  const now = clock.now().toISOString();
  if (!before)
    return { product: newProduct(draft, { id: ids.uuid(), handle, currency, now }), fact: 'product.created' };
  return isDeleted(before)
    ? { product: revived(before, draft, currency, now), before, fact: 'product.created' }
    : { product: changed(before, { ...draft, currency }, now), before, fact: 'product.updated' };
};

const tooManySkus = ({ row }: SheetProduct): RowError => ({
  row,
  message: `A product can have had at most ${maxOwnedSkus} SKUs`,
});

/** What became of a product; undefined when someone else was first and it has to be merged again. */
const outcomeOf = (sheet: SheetProduct, save: Save, reply: SaveReply | undefined): Outcome | undefined => {
  const { handle } = sheet;
  if (!reply) throw new Error('the store did not answer a save');
  if (reply.ok) return { handle, kind: save.fact === 'product.created' ? 'created' : 'updated' };
  if (reply.code !== 'SKU_TAKEN') return undefined;
  const rows = new Map(sheet.variants.map(({ sku, row }) => [sku, row]));
  const errors = (reply.errors ?? []).map(({ sku }) => ({
    row: rows.get(String(sku)) ?? sheet.row,
    message: `SKU ${sku} belongs to another product`,
  }));
  return { handle, errors };
};

const strictBody = createProductBody.prefs({ abortEarly: false, convert: false, ...faultWords });

/** An imported product obeys the rules of one that is posted; each fault is reported at the row it comes from. */
const faultsOf = (sheet: SheetProduct, draft: Draft, currency: string): RowError[] => {
  const variants = draft.variants.map((variant) => ({ ...variant, price: money(variant.price, currency) }));
  const { error } = strictBody.validate({ ...draft, handle: sheet.handle, variants });
  return (error?.details ?? []).map(({ path: [field, index], message }) => {
    const at = typeof index === 'number' ? index : -1;
    const source = field === 'variants' ? sheet.variants[at] : field === 'images' ? sheet.images?.[at] : undefined;
    return { row: source?.row ?? sheet.row, message };
  });
};
