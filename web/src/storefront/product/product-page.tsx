import type { Product } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Money } from '../../ui/money.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Picture } from '../../ui/picture.tsx';
import { Quantity } from '../../ui/quantity.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { useAddToCart } from '../cart/edits.ts';
import { productQuery, variantName } from '../cart/variant-names.ts';
import { StockBadge } from '../stock/stock-badge.tsx';
import { useStock } from '../stock/use-stock.ts';
import { OptionPicker } from './option-picker.tsx';
import type { Variant } from './options.ts';
import styles from './product-page.module.css';
import { Related } from './related.tsx';

/** A product, its variants, and what goes with it. */
export default function ProductPage() {
  const { id = '' } = useParams();
  const { data: product, error, refetch } = useQuery(productQuery(id));
  if (product) return <ProductView key={product.id} product={product} />;
  if (error instanceof ShopError && (error.status === 404 || error.status === 400)) return <NoProduct />;
  if (error) return <ErrorState error={error} retry={() => refetch()} level={1} />;
  return <ProductSkeleton />;
}

const NoProduct = () => (
  <Empty
    level={1}
    title="This is no longer sold"
    actions={
      <ButtonLink kind="primary" to="/">
        To the catalogue
      </ButtonLink>
    }
  >
    <title>No longer sold · Saga Supply</title>
    Or it never was: the address may be mistyped.
  </Empty>
);

/** The variant in the address, else the first of which something is left. */
const useVariant = ({ variants }: Product, stock: ReadonlyMap<string, number>) => {
  const [params, setParams] = useSearchParams();
  const asked = variants.find(({ sku }) => sku === params.get('sku'));
  const isThere = ({ sku }: Variant) => stock.get(sku) !== 0;
  const variant = asked ?? variants.find(isThere) ?? variants[0];
  const pick = ({ sku }: Variant) => setParams({ sku }, { replace: true, preventScrollReset: true });
  return { variant, pick, isThere };
};

const ProductView = ({ product }: { product: Product }) => {
  const levels = useStock(product.variants.map(({ sku }) => sku));
  const { variant, pick, isThere } = useVariant(product, levels.stock);
  const [image] = product.images;
  const available = variant && levels.stock.get(variant.sku);
  return (
    <>
      <div className={styles.product}>
        <div className={styles.picture}>
          <Picture url={variant?.imageUrl ?? image?.url} alt={altOf(product, variant)} eager />
        </div>
        <div className={styles.facts}>
          <p className={styles.crumbs}>
            {product.category && (
              <Link to={`/?category=${encodeURIComponent(product.category)}`}>{product.category}</Link>
            )}
            {product.brand && <Link to={`/?brand=${encodeURIComponent(product.brand)}`}>{product.brand}</Link>}
          </p>
          <PageTitle title={product.title} className={styles.title} />
          {variant ? (
            <>
              <p className={styles.price}>
                <Money value={variant.price} />
                <StockBadge available={available} isPending={levels.isPending} />
                {levels.isError && <span className={styles.unknown}>Stock can’t be told right now</span>}
              </p>
              <OptionPicker variants={product.variants} current={variant} onPick={pick} isThere={isThere} />
              <Buy product={product} variant={variant} available={available} />
            </>
          ) : (
            <p className={styles.unknown}>There is nothing of it to buy at the moment.</p>
          )}
          <Description text={product.description} />
          <Attributes product={product} variant={variant} />
        </div>
      </div>
      <Related product={product} />
    </>
  );
};

const altOf = ({ title, images }: Product, variant: Variant | undefined): string => {
  const name = variant && variantName(variant.options);
  if (name) return `${title} in ${name}`;
  return images[0]?.alt || title;
};

interface BuyProps {
  product: Product;
  variant: Variant;
  available: number | undefined;
}

const Buy = ({ product, variant, available }: BuyProps) => {
  const [quantity, setQuantity] = useState(1);
  const { add, isPending } = useAddToCart();
  const name = [product.title, variantName(variant.options)].filter(Boolean).join(', ');
  const isSoldOut = available === 0;
  return (
    <div className={styles.buy}>
      <Quantity value={quantity} onChange={setQuantity} of={name} disabled={isSoldOut} />
      <Button
        kind="primary"
        size="large"
        busy={isPending}
        disabled={isSoldOut}
        className={styles.add}
        onClick={async () => {
          if (await add(variant.sku, quantity, name)) setQuantity(1);
        }}
      >
        Add to cart
      </Button>
      <p className={styles.short} role="status">
        {isSoldOut && 'This one is sold out. It can be bought again when somebody gives theirs back.'}
        {!isSoldOut &&
          available !== undefined &&
          quantity > available &&
          `Only ${available} left: a checkout of ${quantity} would be refused.`}
      </p>
    </div>
  );
};

const Description = ({ text }: { text: string }) => (
  <div className={styles.description}>
    {text
      .split(/\n+/)
      .filter((line) => line.trim() !== '')
      .map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text, which never move.
        <p key={at}>{line}</p>
      ))}
  </div>
);

const Attributes = ({ product, variant }: { product: Product; variant: Variant | undefined }) => (
  <dl className={styles.attributes}>
    {Object.entries(product.attributes).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)}</dd>
      </div>
    ))}
    {variant && (
      <div>
        <dt>SKU</dt>
        <dd>{variant.sku}</dd>
      </div>
    )}
  </dl>
);

const ProductSkeleton = () => (
  <div className={styles.product}>
    <Loading what="the product" />
    <div className={`${styles.picture} ${styles.square}`}>
      <Skeleton height="100%" />
    </div>
    <div className={styles.facts}>
      <Skeleton width="30%" height="1.5em" />
      <Skeleton width="80%" height="38px" />
      <Skeleton width="40%" height="33px" />
      <Skeleton width="100%" height="66px" />
      <Skeleton width="100%" height="48px" />
      <Skeleton width="100%" height="90px" />
    </div>
  </div>
);
