import { Database } from "bun:sqlite";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inNetns } from "./servers.ts";

/** A vnstat of a test's own, which watches one interface. Needs vnstat and vnstatd of version 2. */
export interface TestVnstat {
  /** The path of its configuration. */
  readonly config: string;
  /** Makes the database that the daemon would make at its first start. */
  create(): void;
  /** Notes what a month carried, bytes; the daemon would need minutes for it. */
  count(month: string, rx: number, tx: number): void;
}

/** Its interface must be there, in the namespace if one is named. */
export function testVnstat(folder: string, name: string, netns?: string): TestVnstat {
  const config = join(folder, "vnstat.conf");
  const database = join(folder, "db");
  mkdirSync(database);
  writeFileSync(config, `DatabaseDir "${database}"\n`);
  return {
    config,
    create() {
      run([...inNetns(netns), "vnstatd", "--config", config, "--initdb"]);
      run([...inNetns(netns), "vnstat", "--config", config, "--add", "-i", name]);
    },
    count(month, rx, tx) {
      using db = new Database(join(database, "vnstat.db"));
      const insert = "insert into month (interface, date, rx, tx) select id, ?, ?, ? from interface";
      db.run(insert, [`${month}-01`, rx, tx]);
    },
  };
}

function run(argv: readonly string[]): void {
  const { exitCode, stdout } = Bun.spawnSync([...argv]);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stdout}`);
}
