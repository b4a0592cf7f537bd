import type { Checkout } from '@shop/sdk/api.ts';
import { useEffect, useRef } from 'react';
import { useParams } from 'react-router';
import { useUser } from '../../client/session.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import styles from './checkout-page.module.css';
import { Confirmed } from './confirmed.tsx';
import { Failed } from './failed.tsx';
import { progressOf } from './progress.ts';
import { ProgressList } from './progress-list.tsx';
import { type CheckoutRecord, useCheckoutRecord } from './record.ts';
import { Summary } from './summary.tsx';
import { type CheckoutView, useCheckout } from './use-checkout.ts';

/** The record that belongs to this page: the last checkout of this user, or the one whose id is in the address. */
const useOwnRecord = (id: string | undefined): CheckoutRecord | undefined => {
  const record = useCheckoutRecord();
  const user = useUser();
  if (!record || record.userId !== user?.id) return undefined;
  return id === undefined || record.checkoutId === id ? record : undefined;
};

const stageOf = (checkout: Checkout | undefined) => {
  if (checkout?.status === 'completed') return 'confirmed';
  if (checkout?.problem || checkout?.status === 'compensating' || checkout?.status === 'compensated') return 'failed';
  return 'running';
};

const titles = { running: 'Checking out', confirmed: 'Order confirmed', failed: 'Checkout failed' };

/** A checkout from its first step to its end; reloaded or opened again, it is the same one. */
export default function CheckoutPage() {
  const { id } = useParams();
  const record = useOwnRecord(id);
  const view = useCheckout(record, id);
  if (!record && !id) return <NoCheckout />;
  if (view.error) return <NotBegun view={view} />;
  const stage = stageOf(view.checkout);
  return (
    <div className={record ? styles.page : styles.alone}>
      <div className={styles.main}>
        <Title stage={stage} />
        <Spoken checkout={view.checkout} />
        {view.isLost && <Lost />}
        {view.checkout?.status === 'parked' && <Parked />}
        {stage === 'running' && <ProgressList checkout={view.checkout} />}
        {stage === 'failed' && view.checkout && <Failed checkout={view.checkout} record={record} />}
        {stage === 'confirmed' && view.checkout && <Confirmed checkout={view.checkout} />}
      </div>
      {record && <Summary summary={record.summary} />}
    </div>
  );
}

/** The heading takes the focus when the outcome is there: what was waited for is read out first. */
const Title = ({ stage }: { stage: keyof typeof titles }) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (stage !== 'running') place.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [stage]);
  return (
    <div ref={place} className={styles.title}>
      <PageTitle title={titles[stage]} />
    </div>
  );
};

/** Says each step as it comes to something. */
const Spoken = ({ checkout }: { checkout: Checkout | undefined }) => {
  const said = useRef(new Set<string>());
  useEffect(() => {
    for (const { name, state, label } of checkout ? progressOf(checkout) : []) {
      if (state === 'waiting' || state === 'unreached' || state === 'running' || state === 'undoing') continue;
      if (said.current.has(name + state)) continue;
      said.current.add(name + state);
      announce(`${label}.`);
    }
  }, [checkout]);
  return null;
};

const Lost = () => (
  <Notice tone="warning" announce title="The connection was lost">
    Your checkout goes on without it, and nothing is ordered twice. Coming back …
  </Notice>
);

const Parked = () => (
  <Notice tone="warning" announce title="This takes longer than it should">
    Somebody of the shop has to look at it. Nothing is lost: this page shows how it ends, also when you come back later.
  </Notice>
);

const NoCheckout = () => (
  <Empty
    level={1}
    title="No checkout is under way"
    actions={
      <ButtonLink kind="primary" to="/">
        To the catalogue
      </ButtonLink>
    }
  >
    <title>Checkout · Saga Supply</title>
    What you have bought is among your orders.
  </Empty>
);

/** The shop has not taken it on: nothing was locked, ordered or reserved. */
const NotBegun = ({ view: { error, retry } }: { view: CheckoutView }) => (
  <>
    <title>Checkout · Saga Supply</title>
    <ErrorState error={error} retry={retry} level={1} />
    <p className={styles.unbegun}>Nothing was ordered or reserved.</p>
  </>
);
