import type { Order } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';
import { wordsOf } from '../../client/words.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toasts.tsx';
import { consoleKey } from '../queries.ts';

/** Shows an order that has changed wherever it is shown. */
export const useOrderChanged = () => {
  const client = useQueryClient();
  return (order?: Order) => {
    if (order) client.setQueryData(consoleKey('order', order.id), order);
    void client.invalidateQueries({ queryKey: consoleKey('orders') });
  };
};

const nextOf = ({ status }: Order) => {
  if (status === 'confirmed') return { verb: 'Ship', done: 'shipped', send: shop.orders.ship };
  return status === 'shipped' ? { verb: 'Deliver', done: 'delivered', send: shop.orders.deliver } : undefined;
};

/** Takes an order one step on; nothing where there is none. */
export const AdvanceButton = ({ order, primary }: { order: Order; primary?: boolean }) => {
  const changed = useOrderChanged();
  const next = nextOf(order);
  const advance = useMutation({
    mutationFn: (send: typeof shop.orders.ship) => send(order.id),
    onSuccess: (after) => {
      toast(`Order ${order.number} is ${after.status}`);
      changed(after);
    },
    onError: (error) => {
      toast(`Order ${order.number}: ${wordsOf(error).detail}`, { tone: 'danger' });
      changed();
    },
  });
  if (!next) return null;
  return (
    <Button
      size={primary ? 'normal' : 'small'}
      kind={primary ? 'primary' : 'plain'}
      busy={advance.isPending}
      aria-label={primary ? undefined : `${next.verb} order ${order.number}`}
      onClick={() => advance.mutate(next.send)}
    >
      {next.verb}
    </Button>
  );
};
