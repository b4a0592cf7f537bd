import type { Product } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import { Fault, Form } from '../parts/form.tsx';
import { consoleKey } from '../queries.ts';

/** Takes a product off the shelf for good, after asking once more. */
export const DeleteProduct = ({ product }: { product: Product }) => {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => shop.products.remove(product.id),
    onSuccess: () => {
      toast(`${product.title} is deleted`);
      void client.invalidateQueries({ queryKey: consoleKey('products') });
      navigate('/console/products');
    },
  });
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        Delete product
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="Delete this product?">
        <Form
          onSubmit={() => remove.mutate()}
          actions={
            <>
              <Button onClick={() => setOpen(false)}>Keep it</Button>
              <Button type="submit" kind="danger" busy={remove.isPending}>
                Delete it
              </Button>
            </>
          }
        >
          <p>
            {product.title} can’t be bought any more, and leaves the carts that it is in. Orders keep it. To take it off
            sale for a while, save it as a draft instead.
          </p>
          <Fault error={remove.error} />
        </Form>
      </Dialog>
    </>
  );
};
