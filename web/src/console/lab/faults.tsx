import type { Api, Step } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Choices } from '../parts/filters.tsx';
import { Fault as FaultNotice, Form } from '../parts/form.tsx';
import { stepNames, stepWords } from '../steps.ts';
import styles from './lab.module.css';
import { labKey } from './use-lab.ts';

type Fault = Api['GET /lab']['answer']['faults'][number];
type FaultBody = Api['PUT /lab/faults']['body'];
type Mode = FaultBody['mode'];

const modes: Record<Mode, { word: string; means: string; is: string }> = {
  fail: { word: 'Fail', means: 'The call never arrives.', is: 'fails' },
  lose: { word: 'Lose reply', means: 'The call takes effect, its reply is lost.', is: 'loses its replies' },
  slow: { word: 'Slow', means: 'The call takes two seconds longer.', is: 'is slow' },
};

const modeChoices = Object.entries(modes).map(([value, { word }]) => ({ value, word }));
const durations = [10, 30, 60, 300];
const durationWords = (seconds: number): string => (seconds < 60 ? `${seconds} seconds` : `${seconds / 60} min`);

const useSetFault = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: FaultBody) => shop.operations.setFault(body),
    onSuccess: ({ step }, { mode, seconds }) => {
      const title = stepWords(step as Step['name']).title;
      announce(seconds === 0 ? `“${title}” works again` : `“${title}” ${modes[mode].is} now`);
      void client.invalidateQueries({ queryKey: labKey });
    },
  });
};

/** Makes a step of the saga fail for a while, and shows which do. */
export const Faults = ({ faults }: { faults: readonly Fault[] }) => {
  const [step, setStep] = useState<Step['name']>('reserveInventory');
  const [mode, setMode] = useState<Mode>('fail');
  const [seconds, setSeconds] = useState(30);
  const fault = useSetFault();
  return (
    <Form
      label="Break a step"
      onSubmit={() => fault.mutate({ step, mode, seconds })}
      actions={
        <Button type="submit" kind="danger" wide busy={fault.isPending}>
          Break it
        </Button>
      }
    >
      {faults.length > 0 && (
        <ul className={styles.faults} aria-label="Broken steps">
          {faults.map((one) => (
            <Active key={one.step} fault={one} onMend={fault.mutate} />
          ))}
        </ul>
      )}
      <Select label="Step" value={step} onChange={(event) => setStep(event.target.value as Step['name'])}>
        {stepNames.map((name) => (
          <option key={name} value={name}>
            {stepWords(name).title}
          </option>
        ))}
      </Select>
      <Select label="For" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
        {durations.map((one) => (
          <option key={one} value={one}>
            {durationWords(one)}
          </option>
        ))}
      </Select>
      <div>
        <Choices label="How" value={mode} choices={modeChoices} onChoose={(value) => setMode(value as Mode)} />
        <p className={styles.means}>{modes[mode].means}</p>
      </div>
      <FaultNotice error={fault.error} />
    </Form>
  );
};

const Active = ({ fault, onMend }: { fault: Fault; onMend: (body: FaultBody) => void }) => {
  const left = useSecondsUntil(fault.until);
  const step = fault.step as Step['name'];
  const mode = fault.mode as Mode;
  return (
    <li className={styles.fault}>
      <span>
        <strong>{stepWords(step).title}</strong> {modes[mode].is}
        <span className={`${styles.left} numbers`}> {left} s left</span>
      </span>
      <Button
        size="small"
        aria-label={`Mend ${stepWords(step).title.toLowerCase()}`}
        onClick={() => onMend({ step, mode, seconds: 0 })}
      >
        Mend
      </Button>
    </li>
  );
};

const useSecondsUntil = (at: string): number => {
  const read = () => Math.max(0, Math.ceil((Date.parse(at) - Date.now()) / 1000));
  const [left, setLeft] = useState(read);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `read` is of `at` alone.
  useEffect(() => {
    setLeft(read());
    const timer = setInterval(() => setLeft(read()), 500);
    return () => clearInterval(timer);
  }, [at]);
  return left;
};
