import { Badge } from '../../ui/badge.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { stockWords } from './stock-words.ts';

/** How much is left in words; its place while that is not known yet, nothing where it can't be known. */
export const StockBadge = ({ available, isPending }: { available: number | undefined; isPending: boolean }) => {
  if (available === undefined) return isPending ? <Skeleton width="64px" height="22px" round /> : null;
  const { text, tone } = stockWords(available);
  return <Badge tone={tone}>{text}</Badge>;
};
