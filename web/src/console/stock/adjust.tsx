import type { Api } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Fault, Form } from '../parts/form.tsx';
import { consoleKey } from '../queries.ts';

type Adjustment = Api['POST /inventory/{sku}/adjustments']['body'];
type Reason = Adjustment['reason'];

const reasons: Record<Reason, string> = {
  receipt: 'Receipt: goods came in',
  correction: 'Correction: the count was wrong',
  damage: 'Damage: goods can’t be sold',
  return: 'Return: a buyer sent them back',
};

const deltaIn = (text: string): number | undefined => {
  const number = Number(text.trim().replace('−', '-'));
  return text.trim() !== '' && Number.isInteger(number) && number !== 0 ? number : undefined;
};

/** Changes what is on hand; the ledger keeps who did it and why. */
export const Adjust = ({ sku, isRetired }: { sku: string; isRetired: boolean }) => {
  const client = useQueryClient();
  const [delta, setDelta] = useState('');
  const [reason, setReason] = useState<Reason>('receipt');
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const change = deltaIn(delta);
  const adjust = useMutation({
    mutationFn: (body: Adjustment) => shop.inventory.adjust(sku, body),
    onSuccess: (stock) => {
      toast(`${sku}: ${stock.onHand} on hand now`);
      client.setQueryData(consoleKey('sku', sku), stock);
      void client.invalidateQueries({ queryKey: consoleKey('ledger', sku) });
      setDelta('');
      setNote('');
      setAsked(false);
    },
  });
  const submit = () => {
    setAsked(true);
    if (change !== undefined) adjust.mutate({ delta: change, reason, note: note.trim() || undefined });
  };
  if (isRetired) return <p>Its product is gone; what is left of it is no longer for sale.</p>;
  return (
    <Form
      label="Adjust"
      onSubmit={submit}
      actions={
        <Button type="submit" kind="primary" wide busy={adjust.isPending}>
          Adjust stock
        </Button>
      }
    >
      <Field
        label="Change"
        inputMode="numeric"
        placeholder="+10 or −3"
        value={delta}
        error={asked && change === undefined ? 'A whole number that is not 0.' : undefined}
        onChange={(event) => setDelta(event.target.value)}
      />
      <Select label="Reason" value={reason} onChange={(event) => setReason(event.target.value as Reason)}>
        {Object.entries(reasons).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      <Field label="Note" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <Fault error={adjust.error} />
    </Form>
  );
};
