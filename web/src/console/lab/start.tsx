import type { Api } from '@shop/sdk/api.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Choices } from '../parts/filters.tsx';
import { Fault, Form } from '../parts/form.tsx';
import { consoleKey } from '../queries.ts';
import { Slider } from './slider.tsx';
import { labKey } from './use-lab.ts';

type Body = Api['POST /lab/runs']['body'];

const goods = [
  { value: 'new', word: 'New product' },
  { value: 'sku', word: 'Existing SKU' },
];

/** How many buyers race for how many units, and with how many uses of a voucher. */
export const Start = ({ isRunning, onStart }: { isRunning: boolean; onStart: (id: string) => void }) => {
  const client = useQueryClient();
  const [what, setWhat] = useState('new');
  const [sku, setSku] = useState('');
  const [buyers, setBuyers] = useState(60);
  const [units, setUnits] = useState(10);
  const [uses, setUses] = useState(40);
  const start = useMutation({
    mutationFn: (body: Body) => shop.operations.race(body),
    onSuccess: (run) => {
      announce('The race has begun');
      onStart(run.id);
      void client.invalidateQueries({ queryKey: labKey });
    },
  });
  const submit = () => {
    const race = { buyers, units, voucherUses: uses > 0 ? uses : undefined };
    start.mutate(what === 'new' ? { new: true, ...race } : { sku: sku.trim(), ...race });
  };
  return (
    <Form
      label="Race"
      onSubmit={submit}
      actions={
        <Button
          type="submit"
          kind="primary"
          size="large"
          wide
          busy={isRunning || start.isPending}
          disabled={what === 'sku' && sku.trim() === ''}
        >
          Start
        </Button>
      }
    >
      <Slider label="Buyers" value={buyers} min={1} max={500} onChange={setBuyers} />
      <Slider label="Units" value={units} min={0} max={200} onChange={setUnits} />
      <Slider
        label="Voucher uses"
        value={uses}
        min={0}
        max={500}
        words={uses === 0 ? 'no voucher' : undefined}
        onChange={setUses}
      />
      <Choices label="What is for sale" value={what} choices={goods} onChoose={setWhat} />
      {what === 'sku' && <SkuField value={sku} units={units} onChange={setSku} />}
      <Fault error={start.error} />
    </Form>
  );
};

const SkuField = ({ value, units, onChange }: { value: string; units: number; onChange: (sku: string) => void }) => {
  const { data = [] } = useQuery({
    queryKey: consoleKey('suggestions', 'skus', value),
    queryFn: async ({ signal }) =>
      (await shop.inventory.list({ search: value || undefined, limit: 8 }, { signal })).items,
  });
  return (
    <>
      <Field
        label="SKU"
        list="race-skus"
        value={value}
        hint={`What is available of it is set to ${units}.`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="race-skus">
        {data.map(({ sku }) => (
          <option key={sku} value={sku} />
        ))}
      </datalist>
    </>
  );
};
