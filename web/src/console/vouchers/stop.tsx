import type { Voucher } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Fault, Form } from '../parts/form.tsx';
import { consoleKey } from '../queries.ts';

/** Ends the use of a voucher, after asking once more. */
export const StopVoucher = ({ voucher: { code } }: { voucher: Voucher }) => {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => shop.vouchers.stop(code),
    onSuccess: () => {
      setOpen(false);
      toast(`${code} is stopped`);
      void client.invalidateQueries({ queryKey: consoleKey('voucher', code) });
      void client.invalidateQueries({ queryKey: consoleKey('vouchers') });
    },
  });
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        Stop voucher
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={`Stop ${code}?`}>
        <Form
          onSubmit={() => stop.mutate()}
          actions={
            <>
              <Button onClick={() => setOpen(false)}>Keep it</Button>
              <Button type="submit" kind="danger" busy={stop.isPending}>
                Stop it
              </Button>
            </>
          }
        >
          <p>
            No cart gets it from now on. Orders that have used it stay as they are, and it can be made active again.
          </p>
          <Fault error={stop.error} />
        </Form>
      </Dialog>
    </>
  );
};
