import type { Order } from '@shop/sdk/api.ts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { wordsOf } from '../../client/words.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Form } from '../parts/form.tsx';
import { useOrderChanged } from './advance.tsx';

/** Cancels an order that is not shipped, after asking once more. */
export const CancelOrder = ({ order }: { order: Order }) => {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const changed = useOrderChanged();
  const cancel = useMutation({
    mutationFn: () => shop.orders.cancel(order.id, reason.trim() || undefined),
    onSuccess: (after) => {
      setOpen(false);
      toast(
        after.status === 'cancelled'
          ? `Order ${order.number} is cancelled`
          : 'It is cancelled when its checkout has finished',
      );
      changed(after);
    },
    onError: () => changed(),
  });
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        Cancel order
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={`Cancel order ${order.number}?`}>
        <Form
          onSubmit={() => cancel.mutate()}
          actions={
            <>
              <Button onClick={() => setOpen(false)}>Keep it</Button>
              <Button type="submit" kind="danger" busy={cancel.isPending}>
                Cancel it
              </Button>
            </>
          }
        >
          <p>Its stock goes back on sale and its vouchers can be used again. This can’t be taken back.</p>
          <Field
            label="Reason"
            hint="The buyer sees it in the history of the order."
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
          {cancel.error && (
            <Notice tone="danger" title={wordsOf(cancel.error).title} announce>
              {wordsOf(cancel.error).detail}
            </Notice>
          )}
        </Form>
      </Dialog>
    </>
  );
};
