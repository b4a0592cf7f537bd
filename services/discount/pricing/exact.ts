/**
 * Shares of money in exact integers. A cart's sum times 10 000 leaves the safe range of numbers, so products are made
 * in BigInt; amounts themselves stay safe integers.
 */

/** Basis points in a whole. */
export const whole = 10_000n;

/** `numerator / denominator`, half up; neither may be negative. */
export const halfUp = (numerator: bigint, denominator: bigint): number =>
  Number((2n * numerator + denominator) / (2n * denominator));

/**
 * Spreads `amount` over lines in proportion to their weights by largest remainder (Hamilton's method): each line gets
 * the whole part of its exact share, the units left over go to the largest remainders, the earlier line where they tie.
 * No line gets more than its cap, none without weight gets any.
 * @throws RangeError when the caps can't hold the amount.
 */
export const spread = (amount: number, weights: readonly bigint[], caps: readonly number[]): number[] => {
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  if (amount === 0) return weights.map(() => 0);
  if (sum === 0n) throw new RangeError('an amount needs a line with a weight');
  const exact = weights.map((weight) => BigInt(amount) * weight);
  const shares = exact.map((share, line) => Math.min(Number(share / sum), capOf(caps, line)));
  let over = amount - shares.reduce((total, share) => total + share, 0);
  const byRemainder = exact
    .map((share, line) => ({ line, remainder: share % sum }))
    .filter(({ line }) => weights[line] !== 0n)
    .sort((a, b) => (a.remainder === b.remainder ? a.line - b.line : a.remainder > b.remainder ? -1 : 1));
  while (over > 0) {
    const before = over;
    for (const { line } of byRemainder) {
      if (over === 0) break;
      const share = shares[line] ?? 0;
      if (share >= capOf(caps, line)) continue;
      shares[line] = share + 1;
      over -= 1;
    }
    if (over === before) throw new RangeError('the lines can not hold the amount');
  }
  return shares;
};

const capOf = (caps: readonly number[], line: number): number => caps[line] ?? 0;
