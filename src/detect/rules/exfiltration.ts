import { volumeRule } from "../volume.ts";

export const exfiltration = volumeRule({
  id: "exfiltration",
  means:
    "This host sends one address very much that it did not fetch from a web server: on connections from here, or to ports that are no usual ones.",
  spares:
    "Backups go the same way: it is information. What visitors download from web servers, by SSH or by FTP does not count, and private addresses are not judged.",
  score: 12,
  mitre: "T1048",
  threshold: "volume.exfiltration",
  bytes: ({ sent }) => sent,
  direction: "sent",
});
