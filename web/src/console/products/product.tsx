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
  return (
    <>
      <ViewHead
        title={data?.title ?? 'Product'}
        parent={parent}
        aside={data && <ProductState status={data.status} />}
        actions={data && <DeleteProduct product={data} />}
      >
        {data && (
          <>
            <span>
              changed <Ago at={data.updatedAt} />
            </span>
            <span className="numbers">version {data.version}</span>
            <Id of="product" value={data.id} whole />
          </>
        )}
      </ViewHead>
      {data && <ProductForm product={data} currency={data.variants[0]?.price.currency ?? 'USD'} />}
      {!data && error && <Failed error={error} what="product" parent={parent} retry={() => void refetch()} />}
      {!data && !error && (
        <>
          <Loading what="the product" />
          <Skeleton height="480px" />
        </>
      )}
    </>
  );
};
