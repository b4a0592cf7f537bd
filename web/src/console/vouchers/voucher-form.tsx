import type { Voucher } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Conflict } from '../parts/conflict.tsx';
import { Fault, Form } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { rebased } from '../parts/rebase.ts';
import { consoleKey } from '../queries.ts';
import { bodyOf, changesIn, draftOf, emptyVoucher, type Faults, type VoucherDraft } from './draft.ts';
import { DealFields, LimitFields, ScopeFields } from './fields.tsx';
import { Preview } from './preview.tsx';
import styles from './voucher.module.css';

const isConflict = (error: unknown): boolean => error instanceof ShopError && error.code === 'VERSION_CONFLICT';
const none: Faults = new Map();

const useSave = (base: Voucher | undefined, currency: string) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [faults, setFaults] = useState<Faults>(none);
  const [theirs, setTheirs] = useState<Voucher>();
  const save = useMutation({
    mutationFn: async (draft: VoucherDraft): Promise<Voucher | undefined> => {
      const read = bodyOf(draft, currency);
      setFaults('faults' in read ? read.faults : none);
      if ('faults' in read) return undefined;
      if (!base) return shop.vouchers.create(read.body);
      const changes = changesIn(read.body, base);
      if (Object.keys(changes).length === 0) return base;
      return shop.vouchers.update(base.code, changes, { ifMatch: base.version });
    },
    onSuccess(saved) {
      if (!saved) return;
      toast(`${saved.code} is saved`);
      client.setQueryData(consoleKey('voucher', saved.code), saved);
      void client.invalidateQueries({ queryKey: consoleKey('vouchers') });
      if (!base) navigate(`/console/vouchers/${encodeURIComponent(saved.code)}`, { replace: true });
    },
    async onError(error) {
      if (base && isConflict(error)) setTheirs(await shop.vouchers.get(base.code));
    },
  });
  return { save, faults, theirs, setTheirs, error: isConflict(save.error) ? undefined : save.error };
};

/** All of a voucher in one form, and beside it what it does to a cart. */
export const VoucherForm = ({ voucher, currency }: { voucher?: Voucher; currency: string }) => {
  const [base, setBase] = useState(voucher);
  const [draft, setDraft] = useState<VoucherDraft>(() => (voucher ? draftOf(voucher) : emptyVoucher));
  const { save, faults, theirs, setTheirs, error } = useSave(base, currency);
  const set = (change: Partial<VoucherDraft>) => setDraft((before) => ({ ...before, ...change }));

  // What was saved last is what one edits now.
  if (save.data && save.data !== base && !theirs) {
    setBase(save.data);
    setDraft(draftOf(save.data));
  }
  // Stopped, or used, meanwhile: that is no edit of the terms.
  if (voucher && base && voucher.version > base.version && JSON.stringify(draft) === JSON.stringify(draftOf(base))) {
    setBase(voucher);
    setDraft(draftOf(voucher));
  }

  const take = (isMine: boolean) => {
    if (!theirs || !base) return;
    setBase(theirs);
    setDraft(isMine ? rebased(draft, draftOf(base), draftOf(theirs)) : draftOf(theirs));
    setTheirs(undefined);
    save.reset();
  };

  return (
    <div className={styles.layout}>
      <Panel title="Terms">
        <Form
          label={base ? 'Edit voucher' : 'New voucher'}
          onSubmit={() => save.mutate(draft)}
          actions={
            <>
              <ButtonLink to="/console/vouchers">{base ? 'Close' : 'Cancel'}</ButtonLink>
              <Button type="submit" kind="primary" busy={save.isPending}>
                {base ? 'Save changes' : 'Create voucher'}
              </Button>
            </>
          }
        >
          <div className={styles.fields}>
            <DealFields draft={draft} faults={faults} set={set} currency={currency} isNew={!base} />
            <ScopeFields draft={draft} faults={faults} set={set} />
            <LimitFields draft={draft} faults={faults} set={set} currency={currency} />
          </div>
          {theirs && (
            <Conflict
              what="voucher"
              changed={base ? Object.keys(changesIn(theirs, base)) : []}
              onKeep={() => take(true)}
              onTake={() => take(false)}
            />
          )}
          <Fault error={error} />
        </Form>
      </Panel>
      <div className={styles.preview}>
        <Preview draft={draft} currency={currency} />
      </div>
    </div>
  );
};
