import type { Quote } from '@shop/contracts/commands.ts';
import { liveUses, type MemoryDiscount, redemptionsOfSaga } from './tables.memory.ts';

/** The breaches that audit.postgres.ts looks for, in the same sentences. */
export const audit = (data: MemoryDiscount): string[] => [...breachesOfVouchers(data), ...breachesOfSagas(data)].sort();

const breachesOfVouchers = (data: MemoryDiscount): string[] => {
  const breaches: string[] = [];
  for (const { code, used, usageLimit, perUserLimit } of data.vouchers.all()) {
    const live = liveUses(data, code);
    if (used !== live.length) breaches.push(`${code} counts ${used} uses and has ${live.length} live redemptions`);
    if (usageLimit !== undefined && live.length > usageLimit)
      breaches.push(`${code} has ${live.length} uses and a limit of ${usageLimit}`);
    for (const [userId, uses] of Map.groupBy(live, (row) => row.userId))
      if (perUserLimit !== undefined && uses.length > perUserLimit)
        breaches.push(`${code} was used ${uses.length} times by ${userId} and has a limit of ${perUserLimit} a user`);
  }
  return breaches;
};

const breachesOfSagas = (data: MemoryDiscount): string[] => {
  const breaches: string[] = [];
  for (const { sagaId, state, quote } of data.applications.all()) {
    const taken = redemptionsOfSaga(data, sagaId);
    for (const { code, releasedAt } of taken) {
      if (releasedAt === null && state === 'released')
        breaches.push(`saga ${sagaId} was released and still holds ${code}`);
      if (releasedAt !== null && state !== 'released')
        breaches.push(`saga ${sagaId} holds ${code}, which was given back`);
    }
    const answered = quote === null ? undefined : (JSON.parse(quote) as Quote).discounts.length;
    if (answered !== undefined && answered !== taken.length)
      breaches.push(`saga ${sagaId} was answered ${answered} vouchers and redeemed ${taken.length}`);
  }
  return breaches;
};
