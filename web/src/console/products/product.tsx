import type { Product } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { Failed } from '../parts/failed.tsx';
import { Id } from '../parts/id.tsx';
import { ProductState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey, useCurrency } from '../queries.ts';
import { DeleteProduct } from './delete.tsx';
import { ProductForm } from './product-form.tsx';

const parent = { to: '/console/products', name: 'Products' };

/** A product to be edited, or, without an id, one to be made. */
export default function ProductView() {
  const { id } = useParams();
  return id === undefined ? <New /> : <Existing key={id} id={id} />;
}

const New = () => (
  <>
    <ViewHead title="New product" parent={parent} />
    <ProductForm currency={useCurrency()} />
  </>
);

const Existing = ({ id }: { id: string }) => {
  const { data, error, refetch } = useQuery({
    queryKey: consoleKey('product', id),
    queryFn: ({ signal }) => shop.products.get(id, { signal }),
    // The form is of one version; a later one shows when it is saved.
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  if (data) return <Edit product={data} />;
  if (error) return <Failed error={error} what="product" parent={parent} retry={() => void refetch()} />;
  return (
    <>
      <ViewHead title="Product" parent={parent} />
      <Loading what="the product" />
      <Skeleton height="480px" />
    </>
  );
};

const Edit = ({ product }: { product: Product }) => (
  <>
    <ViewHead
      title={product.title}
      parent={parent}
      aside={<ProductState status={product.status} />}
      actions={<DeleteProduct product={product} />}
    >
      <span>
        changed <Ago at={product.updatedAt} />
      </span>
      <span className="numbers">version {product.version}</span>
      <Id of="product" value={product.id} whole />
    </ViewHead>
    <ProductForm product={product} currency={product.variants[0]?.price.currency ?? 'USD'} />
  </>
);
