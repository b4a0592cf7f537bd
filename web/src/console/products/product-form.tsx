import type { Product } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Field, Select, TextArea } from '../../ui/field.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Conflict } from '../parts/conflict.tsx';
import { Fault, FieldRow, Form } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { rebased } from '../parts/rebase.ts';
import { consoleKey } from '../queries.ts';
import { bodyOf, changesIn, draftOf, emptyProduct, type Faults, type PartProps, type ProductDraft } from './draft.ts';
import styles from './product-form.module.css';
import { Variants } from './variants.tsx';

interface ProductFormProps {
  /** The one to be edited; a new one is made without. */
  product?: Product;
  currency: string;
}

const isConflict = (error: unknown): boolean => error instanceof ShopError && error.code === 'VERSION_CONFLICT';

/** The faults of the fields, as the shop tells them. */
const faultsIn = (error: unknown): Faults =>
  new Map(
    error instanceof ShopError
      ? (error.problem.errors ?? []).flatMap(({ path, message }) =>
          typeof path === 'string' ? [[path, String(message)] as const] : [],
        )
      : [],
  );

const useSave = (base: Product | undefined, currency: string) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [unread, setUnread] = useState<Faults>(new Map());
  const [theirs, setTheirs] = useState<Product>();
  const save = useMutation({
    mutationFn: async (draft: ProductDraft): Promise<Product | undefined> => {
      const read = bodyOf(draft, currency, base);
      setUnread('faults' in read ? read.faults : new Map());
      if ('faults' in read) return undefined;
      if (!base) return shop.products.create(read.body);
      const changes = changesIn(read.body, base);
      if (Object.keys(changes).length === 0) return base;
      return shop.products.update(base.id, changes, { ifMatch: base.version });
    },
    onSuccess(saved) {
      if (!saved) return;
      toast(`${saved.title} is saved`);
      client.setQueryData(consoleKey('product', saved.id), saved);
      void client.invalidateQueries({ queryKey: consoleKey('products') });
      if (!base) navigate(`/console/products/${saved.id}`, { replace: true });
    },
    async onError(error) {
      if (base && isConflict(error)) setTheirs(await shop.products.get(base.id));
    },
  });
  const { error } = save;
  return {
    save,
    theirs,
    setTheirs,
    faults: unread.size > 0 ? unread : faultsIn(error),
    error: isConflict(error) ? undefined : error,
  };
};

const fieldWords: Record<string, string> = { images: 'pictures' };

/** All of a product in one form; only what was changed is sent. */
export const ProductForm = ({ product, currency }: ProductFormProps) => {
  const [base, setBase] = useState(product);
  const [draft, setDraft] = useState<ProductDraft>(() => (product ? draftOf(product) : emptyProduct()));
  const { save, faults, error, theirs, setTheirs } = useSave(base, currency);
  const set = (change: Partial<ProductDraft>) => setDraft((before) => ({ ...before, ...change }));

  // What was saved last is what one edits now.
  if (save.data && save.data !== base && !theirs) {
    setBase(save.data);
    setDraft(draftOf(save.data));
  }

  const take = (isMine: boolean) => {
    if (!theirs || !base) return;
    setBase(theirs);
    setDraft(isMine ? rebased(draft, draftOf(base), draftOf(theirs)) : draftOf(theirs));
    setTheirs(undefined);
    save.reset();
  };

  return (
    <Form
      label={base ? 'Edit product' : 'New product'}
      onSubmit={() => save.mutate(draft)}
      actions={
        <>
          <ButtonLink to="/console/products">{base ? 'Close' : 'Cancel'}</ButtonLink>
          <Button type="submit" kind="primary" busy={save.isPending}>
            {base ? 'Save changes' : 'Create product'}
          </Button>
        </>
      }
    >
      <div className={styles.parts}>
        <Panel title="What it is">
          <Words draft={draft} faults={faults} set={set} />
        </Panel>
        <Panel title="Where it stands">
          <Places draft={draft} faults={faults} set={set} />
        </Panel>
      </div>
      <Variants draft={draft} faults={faults} set={set} currency={currency} />
      {theirs && (
        <Conflict
          what="product"
          changed={base ? Object.keys(changesIn(theirs, base)).map((field) => fieldWords[field] ?? field) : []}
          onKeep={() => take(true)}
          onTake={() => take(false)}
        />
      )}
      <Fault error={error} />
      {faults.size > 0 && !error && (
        <p role="alert" className={styles.fault}>
          {faults.size === 1 ? 'One field needs another look.' : `${faults.size} fields need another look.`}
        </p>
      )}
    </Form>
  );
};

const Words = ({ draft, faults, set }: PartProps) => (
  <div className={styles.fields}>
    <Field
      label="Title"
      value={draft.title}
      maxLength={255}
      error={faults.get('title')}
      onChange={(event) => set({ title: event.target.value })}
    />
    <TextArea
      label="Description"
      rows={5}
      value={draft.description}
      error={faults.get('description')}
      onChange={(event) => set({ description: event.target.value })}
    />
    <TextArea
      label="Pictures"
      hint="An address a line, such as /pictures/mug.svg?tint=blue."
      rows={2}
      value={draft.pictures}
      error={faults.get('images') ?? faults.get('images.0.url')}
      onChange={(event) => set({ pictures: event.target.value })}
    />
  </div>
);

const Places = ({ draft, faults, set }: PartProps) => (
  <div className={styles.fields}>
    <Select
      label="Status"
      value={draft.status}
      hint="Only active products are for sale; drafts and archived ones are seen here alone."
      onChange={(event) => set({ status: event.target.value as ProductDraft['status'] })}
    >
      <option value="active">Active</option>
      <option value="draft">Draft</option>
      <option value="archived">Archived</option>
    </Select>
    <FieldRow>
      <Field
        label="Category"
        value={draft.category}
        error={faults.get('category')}
        onChange={(event) => set({ category: event.target.value })}
      />
      <Field
        label="Brand"
        value={draft.brand}
        error={faults.get('brand')}
        onChange={(event) => set({ brand: event.target.value })}
      />
    </FieldRow>
    <Field
      label="Tags"
      hint="With commas between them."
      value={draft.tags}
      error={faults.get('tags')}
      onChange={(event) => set({ tags: event.target.value })}
    />
  </div>
);
