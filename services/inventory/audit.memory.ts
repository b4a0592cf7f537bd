import type { MemoryInventory, Reservation } from './tables.memory.ts';

/** What the two levels of something were changed by, or should have been. */
interface Sums {
  onHand: number;
  reserved: number;
}

const none: Sums = { onHand: 0, reserved: 0 };

/** The breaches that audit.postgres.ts looks for, in the same sentences. */
export const audit = (data: MemoryInventory): string[] => [...breachesOfLevels(data), ...breachesOfSagas(data)].sort();

const breachesOfLevels = ({ stock, movements, reservations }: MemoryInventory): string[] => {
  const ledger = new Map<string, Sums>();
  for (const { sku, deltaOnHand, deltaReserved } of movements.all()) add(ledger, sku, deltaOnHand, deltaReserved);
  const held = new Map<string, Sums>();
  for (const { state, lines } of reservations.all())
    if (state === 'held') for (const { sku, quantity } of lines) add(held, sku, 0, quantity);

  const breaches: string[] = [];
  for (const sku of new Set([...[...stock.all()].map((row) => row.sku), ...ledger.keys()])) {
    const { onHand, reserved } = stock.get(sku) ?? none;
    const sums = ledger.get(sku) ?? none;
    if (reserved < 0 || onHand < reserved) breaches.push(`${sku}: on hand ${onHand}, reserved ${reserved}`);
    if (sums.onHand !== onHand || sums.reserved !== reserved)
      breaches.push(
        `${sku}: on hand ${onHand}, reserved ${reserved}, but its ledger sums to ${sums.onHand} and ${sums.reserved}`,
      );
  }
  for (const sku of new Set([...[...stock.all()].map((row) => row.sku), ...held.keys()])) {
    const [reserved, holds] = [stock.get(sku)?.reserved ?? 0, held.get(sku)?.reserved ?? 0];
    if (reserved !== holds) breaches.push(`${sku}: reserved ${reserved}, but sagas hold ${holds}`);
  }
  return breaches;
};

/** What a saga's movements must add up to is what its state says. */
const breachesOfSagas = ({ movements, reservations }: MemoryInventory): string[] => {
  const moved = new Map<string, Sums>();
  for (const { sagaId, sku, deltaOnHand, deltaReserved } of movements.all())
    if (sagaId !== undefined) add(moved, `${sagaId}, ${sku}`, deltaOnHand, deltaReserved);
  const owed = new Map<string, Sums>();
  for (const reservation of reservations.all())
    for (const { sku, quantity } of reservation.lines)
      add(owed, `${reservation.sagaId}, ${sku}`, ...owedFor(reservation, quantity));

  return [...new Set([...moved.keys(), ...owed.keys()])].flatMap((name) => {
    const [m, o] = [moved.get(name) ?? none, owed.get(name) ?? none];
    if (m.onHand === o.onHand && m.reserved === o.reserved) return [];
    return [`saga ${name}: moved ${m.onHand} and ${m.reserved}, but its state says ${o.onHand} and ${o.reserved}`];
  });
};

const owedFor = ({ state }: Reservation, quantity: number): [onHand: number, reserved: number] => [
  state === 'committed' ? -quantity : 0,
  state === 'held' ? quantity : 0,
];

const add = (sums: Map<string, Sums>, name: string, onHand: number, reserved: number): void => {
  const before = sums.get(name) ?? none;
  sums.set(name, { onHand: before.onHand + onHand, reserved: before.reserved + reserved });
};
