import type { ImportResult } from '@shop/sdk/api.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Fault } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey } from '../queries.ts';
import { FileDrop } from './file-drop.tsx';
import styles from './import.module.css';
import { ImportProgress } from './import-progress.tsx';
import { ImportReport } from './import-report.tsx';

interface Progress {
  done: number;
  total: number;
}

interface Sheet {
  name: string;
  text: string;
}

type Import =
  | { state: 'choosing' }
  | { state: 'running'; progress: Progress }
  | { state: 'done'; result: ImportResult }
  | { state: 'failed'; error: unknown };

const sample = `Handle,Title,Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price
tea-towel,Tea Towel,Tarnfell,Kitchen,"linen, kitchen",TRUE,Colour,Blue,TEA-TOWEL-BLU,40,9.50
tea-towel,,,,,,,Green,TEA-TOWEL-GRE,25,9.50
`;
const SAMPLE = `data:text/csv;charset=utf-8,${encodeURIComponent(sample)}`;

const useImport = () => {
  const client = useQueryClient();
  const [run, setRun] = useState<Import>({ state: 'choosing' });
  const start = async ({ text }: Sheet) => {
    setRun({ state: 'running', progress: { done: 0, total: 0 } });
    try {
      for await (const piece of shop.products.importWithProgress(text)) {
        if ('total' in piece) setRun({ state: 'running', progress: piece });
        else setRun({ state: 'done', result: piece });
      }
      announce('The import has ended');
    } catch (error) {
      setRun({ state: 'failed', error });
    }
    void client.invalidateQueries({ queryKey: consoleKey('products') });
  };
  return { run, start, reset: () => setRun({ state: 'choosing' }) };
};

/** Brings a catalogue along: a sheet as Shopify writes it, its progress, and what became of each row. */
export default function ImportView() {
  const [sheet, setSheet] = useState<Sheet>();
  const { run, start, reset } = useImport();
  const choose = (chosen: Sheet | undefined) => {
    setSheet(chosen);
    reset();
  };
  return (
    <>
      <ViewHead title="Import CSV" parent={{ to: '/console/products', name: 'Products' }}>
        <p>A product export of Shopify, or a sheet that looks like one. The same sheet twice changes nothing.</p>
      </ViewHead>
      <div className={styles.parts}>
        <Panel title="Sheet">
          <FileDrop chosen={sheet?.name} isBusy={run.state === 'running'} onChoose={choose} />
          <p className={styles.about}>
            It needs the columns Handle, Title and Variant Price. Further rows of a handle add variants and pictures; a
            handle with a bad row is left out as a whole and reported. Up to 10 MiB and 20,000 rows.
          </p>
          <div className={styles.actions}>
            <a href={SAMPLE} download="sheet.csv">
              A sheet to begin with
            </a>
            <Button
              kind="primary"
              disabled={!sheet}
              busy={run.state === 'running'}
              onClick={() => sheet && start(sheet)}
            >
              Import
            </Button>
          </div>
        </Panel>
        {run.state === 'running' && <ImportProgress {...run.progress} />}
        {run.state === 'failed' && <Fault error={run.error} />}
        {run.state === 'done' && sheet && <ImportReport result={run.result} text={sheet.text} />}
      </div>
    </>
  );
}
