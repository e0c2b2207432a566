import { serviceNames } from '@muster/contracts';
import { Command, Option } from 'commander';
import type { DeadLettersOptions } from './operations/dead-letters.ts';
import type { JobsOptions } from './operations/jobs.ts';
import type { OwnerOptions } from './operations/owner.ts';
import type { ReplayOptions } from './replay.ts';

/** The commands of `muster`. Each loads what it needs only when it runs: `--help` must not start anything. */
export const createProgram = (): Command => {
  const program = new Command('muster')
    .description('Attendance and live-location monitoring: who was where, when, and can we prove it?')
    .version('0.1.0')
    .showHelpAfterError('(see muster --help)');

  program
    .command('serve')
    .description('run Muster: all nine services, or some of them')
    .addOption(
      new Option('--target <services>', `services to run, separated by commas: ${serviceNames.join(', ')}`).default(
        undefined,
        'all',
      ),
    )
    .option('--simulate', 'let the demonstration organization live: a day in a few minutes')
    .action(async (options: { target?: string; simulate?: true }) => {
      const { serve } = await import('./serve.ts');
      await serve(options);
    });

  program
    .command('fleet')
    .description('run the nine services as nine processes on this machine; SIGHUP replaces them one by one')
    .action(async () => {
      const { fleet } = await import('./fleet/fleet.ts');
      await fleet();
    });

  program
    .command('migrate')
    .description('bring the database schema up to date; processes of the version before go on beside it')
    .option('--contract', 'also take away what only older versions used: when none of them runs any more')
    .action(async (options: { contract?: boolean }) => {
      const { migrate } = await import('./migrate.ts');
      await migrate(options);
    });

  program
    .command('demo')
    .description('create the demonstration organization and print its sign-ins')
    .action(async () => {
      const { demo } = await import('./demo.ts');
      await demo();
    });

  program
    .command('owner')
    .description('let somebody run the platform, or back in: prints a link with which they set their password')
    .requiredOption('--email <address>', 'with which they sign in')
    .option('--name <name>', 'who it is, where they are new')
    .action(async (options: OwnerOptions) => {
      const { owner } = await import('./operations/owner.ts');
      await owner(options);
    });

  program
    .command('replay')
    .description('play a recorded track through the public API, as a phone would')
    .argument('<file>', 'GPX, GeoJSON or CSV')
    .requiredOption('--member <number>', 'whose phone it is: a roll or employee number')
    .option('--speed <factor>', 'how many times faster than recorded', '1')
    .option('--to <site>', 'move the track onto this site')
    .option('--url <address>', 'where Muster is reached', 'http://localhost:3000')
    .option('--password <password>', 'the password of that member; the demonstration password by default')
    .option('--gate-code <text>', 'the code at the gate, for ENTER; without it the demonstration office reads it')
    .action(async (file: string, options: ReplayOptions) => {
      const { replay } = await import('./replay.ts');
      await replay(file, options);
    });

  program
    .command('jobs')
    .description('list jobs that were given up, or try them again')
    .option('--retry <ids...>', 'try these again: all, or ids from the list')
    .action(async (options: JobsOptions) => {
      const { jobs } = await import('./operations/jobs.ts');
      await jobs(options);
    });

  program
    .command('dead-letters')
    .description('list events that a consumer gave up, or deliver them again')
    .option('--consumer <name>', 'only those of this consumer')
    .option('--replay <ids...>', 'deliver these again: all, or ids from the list')
    .action(async (options: DeadLettersOptions) => {
      const { deadLetters } = await import('./operations/dead-letters.ts');
      await deadLetters(options);
    });

  program
    .command('doctor')
    .description('check the configuration and every dependency, and say what is wrong')
    .action(async () => {
      const { doctor } = await import('./doctor.ts');
      await doctor();
    });

  program
    .command('configuration')
    .description('print the reference of all variables')
    .action(async () => {
      const { configurationReference } = await import('../config/reference.ts');
      process.stdout.write(configurationReference());
    });

  return program;
};
