import { ShopError } from '@shop/sdk/errors.ts';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { wordsOf } from '../../client/words.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import styles from './account.module.css';

export interface Fault {
  /** The name of the field that is wrong; none for what is wrong with the whole. */
  field?: string;
  sentence: string;
}

interface AccountFormProps {
  title: string;
  lead: string;
  /** Also the word on the button. */
  action: string;
  /** Looks at the fields before they are sent. */
  check: (fields: Record<string, string>) => Fault | undefined;
  send: (fields: Record<string, string>) => Promise<void>;
  /** What the shop's refusal is about; anything else is told as it is. */
  faultOf: (error: ShopError) => Fault | undefined;
  /** The fields, given what is wrong with each. */
  children: (faultOfField: (name: string) => string | undefined) => ReactNode;
  foot: ReactNode;
}

const textsOf = (form: HTMLFormElement): Record<string, string> =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

/** A small form with one purpose; what is wrong stands at its field, which gets the focus. */
export const AccountForm = ({ title, lead, action, check, send, faultOf, children, foot }: AccountFormProps) => {
  const form = useRef<HTMLFormElement>(null);
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);

  const tell = (found: Fault | undefined) => {
    setFault(found);
    if (found?.field) (form.current?.elements.namedItem(found.field) as HTMLElement | null)?.focus();
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const fields = textsOf(event.currentTarget);
    const found = check(fields);
    tell(found);
    if (found) return;
    setBusy(true);
    try {
      await send(fields);
    } catch (error) {
      const { title: what, detail } = wordsOf(error);
      tell((error instanceof ShopError && faultOf(error)) || { sentence: `${what}. ${detail}` });
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.account}>
      <PageTitle title={title} />
      <p className={styles.lead}>{lead}</p>
      <form ref={form} className={styles.form} onSubmit={submit} noValidate>
        {fault && !fault.field && (
          <Notice tone="danger" announce>
            {fault.sentence}
          </Notice>
        )}
        {children((name) => (fault?.field === name ? fault.sentence : undefined))}
        <Button type="submit" kind="primary" size="large" wide busy={busy}>
          {action}
        </Button>
      </form>
      <p className={styles.foot}>{foot}</p>
    </div>
  );
};
