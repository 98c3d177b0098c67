import { actor } from "../config/process.ts";
import type { Actor } from "../respond/audit.ts";
import { isPersonThere } from "./ask.ts";

/** Who acts, as it is written down. */
export function auditedActor(): Actor {
  const { uid, sudoUser, sshConnection, sshClient } = actor();
  return { uid, sudoUser, from: (sshConnection ?? sshClient)?.split(" ")[0], terminal: isPersonThere() };
}
