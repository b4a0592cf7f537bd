import type { Api, Voucher } from '@shop/sdk/api.ts';
import { amountText, basisPointsIn, countIn, linesIn, minorUnitsIn, percentText } from '../amounts.ts';

export type VoucherBody = Api['POST /vouchers']['body'];
export type PreviewVoucher = Api['POST /vouchers/preview']['body']['voucher'];
type VoucherChange = Api['PATCH /vouchers/{code}']['body'];

/** A voucher as it stands in the form: all of it text, with the fields of every type side by side. */
export interface VoucherDraft {
  code: string;
  type: Voucher['type'];
  percent: string;
  amount: string;
  buy: string;
  get: string;
  percentOff: string;
  scope: Voucher['scope']['kind'];
  /** One a line. */
  ids: string;
  minSubtotal: string;
  usageLimit: string;
  perUserLimit: string;
  /** As `datetime-local` has them: in the reader's own time. */
  startsAt: string;
  endsAt: string;
  priority: string;
  combinable: boolean;
  active: boolean;
}

export const emptyVoucher: VoucherDraft = {
  code: '',
  type: 'percentage',
  percent: '10',
  amount: '5.00',
  buy: '2',
  get: '1',
  percentOff: '100',
  scope: 'order',
  ids: '',
  minSubtotal: '',
  usageLimit: '',
  perUserLimit: '',
  startsAt: '',
  endsAt: '',
  priority: '100',
  combinable: true,
  active: true,
};

const localOf = (at: string | undefined): string => {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

const dealOf = (voucher: Voucher): Partial<VoucherDraft> => {
  if (voucher.type === 'percentage') return { percent: percentText(voucher.value) };
  if (voucher.type === 'fixed_amount') return { amount: amountText(voucher.value) };
  const { buy, get, percentOff } = voucher.value;
  return { buy: String(buy), get: String(get), percentOff: percentText(percentOff) };
};

export const draftOf = (voucher: Voucher): VoucherDraft => ({
  ...emptyVoucher,
  ...dealOf(voucher),
  code: voucher.code,
  type: voucher.type,
  scope: voucher.scope.kind,
  ids: voucher.scope.kind === 'order' ? '' : voucher.scope.ids.join('\n'),
  minSubtotal: voucher.minSubtotal ? amountText(voucher.minSubtotal) : '',
  usageLimit: voucher.usageLimit?.toString() ?? '',
  perUserLimit: voucher.perUserLimit?.toString() ?? '',
  startsAt: localOf(voucher.startsAt),
  endsAt: localOf(voucher.endsAt),
  priority: String(voucher.priority),
  combinable: voucher.combinable,
  active: voucher.active,
});

export type Faults = ReadonlyMap<keyof VoucherDraft, string>;

/** Collects what can't be read, field by field. */
const reader = (draft: VoucherDraft) => {
  const faults = new Map<keyof VoucherDraft, string>();
  return {
    faults,
    /** The field's value; a fault is noted, and 0 stands in for it, where it can't be read. */
    need(field: keyof VoucherDraft, read: (text: string) => number | undefined, fault: string): number {
      const value = read(String(draft[field]));
      if (value === undefined) faults.set(field, fault);
      return value ?? 0;
    },
    /** The same for a field that may be empty. */
    may(field: keyof VoucherDraft, read: (text: string) => number | undefined, fault: string): number | undefined {
      return String(draft[field]).trim() === '' ? undefined : this.need(field, read, fault);
    },
  };
};

type Reader = ReturnType<typeof reader>;

const percentIn = (text: string): number | undefined => {
  const points = basisPointsIn(text);
  return points !== undefined && points >= 1 && points <= 10_000 ? points : undefined;
};

const PERCENT = 'Between 0.01 and 100.';
const UNITS = 'From 1 to 99.';
const unitsIn = (text: string): number | undefined => {
  const count = countIn(text, 1);
  return count !== undefined && count <= 99 ? count : undefined;
};

const dealIn = (draft: VoucherDraft, { need }: Reader, currency: string) => {
  const money = (text: string) => minorUnitsIn(text, currency) || undefined;
  switch (draft.type) {
    case 'percentage':
      return { type: 'percentage' as const, value: need('percent', percentIn, PERCENT) };
    case 'fixed_amount':
      return {
        type: 'fixed_amount' as const,
        value: { amount: need('amount', money, `An amount in ${currency}, such as 5.00.`), currency },
      };
    case 'buy_x_get_y':
      return {
        type: 'buy_x_get_y' as const,
        value: {
          buy: need('buy', unitsIn, UNITS),
          get: need('get', unitsIn, UNITS),
          percentOff: need('percentOff', percentIn, PERCENT),
        },
      };
  }
};

const scopeIn = ({ scope, ids }: VoucherDraft, { faults }: Reader) => {
  if (scope === 'order') return { kind: 'order' as const };
  const listed = linesIn(ids);
  if (listed.length === 0) faults.set('ids', 'At least one.');
  return { kind: scope, ids: listed };
};

const instantIn = (local: string): string | undefined => (local === '' ? undefined : new Date(local).toISOString());

/** The voucher that a draft says, or what is wrong with it. */
export const bodyOf = (draft: VoucherDraft, currency: string): { body: VoucherBody } | { faults: Faults } => {
  const read = reader(draft);
  const code = draft.code.trim().toUpperCase();
  if (!/^[A-Z0-9_-]{1,40}$/.test(code)) read.faults.set('code', 'Letters, digits, - and _, at most 40.');
  const whole = (text: string) => countIn(text, 1);
  const minSubtotal = read.may(
    'minSubtotal',
    (text) => minorUnitsIn(text, currency),
    `An amount in ${currency}, such as 30.00.`,
  );
  const body: VoucherBody = {
    code,
    ...dealIn(draft, read, currency),
    scope: scopeIn(draft, read),
    minSubtotal: minSubtotal === undefined ? undefined : { amount: minSubtotal, currency },
    usageLimit: read.may('usageLimit', whole, 'A whole number from 1 on.'),
    perUserLimit: read.may('perUserLimit', whole, 'A whole number from 1 on.'),
    startsAt: instantIn(draft.startsAt),
    endsAt: instantIn(draft.endsAt),
    priority: read.need('priority', (text) => countIn(text), 'A whole number from 0 to 1000.'),
    combinable: draft.combinable,
    active: draft.active,
  };
  return read.faults.size > 0 ? { faults: read.faults } : { body };
};

const optional = ['minSubtotal', 'usageLimit', 'perUserLimit', 'startsAt', 'endsAt'] as const;

/** What the shop needs to be told to make `before` what `body` says: a condition that is gone is null. */
export const changesIn = (body: VoucherBody, before: Voucher): VoucherChange => {
  const fields = ['type', 'value', 'scope', ...optional, 'priority', 'combinable', 'active'] as const;
  const sameInstant = (one: unknown, other: unknown) =>
    typeof one === 'string' && typeof other === 'string' && one.slice(0, 16) === other.slice(0, 16);
  const isChanged = (field: (typeof fields)[number]) => {
    if (field === 'startsAt' || field === 'endsAt') {
      // The form shows minutes: seconds that it does not show are not changed by it.
      if (sameInstant(body[field], before[field])) return false;
    }
    return JSON.stringify(body[field]) !== JSON.stringify(before[field]);
  };
  return Object.fromEntries(fields.filter(isChanged).map((field) => [field, body[field] ?? null]));
};
