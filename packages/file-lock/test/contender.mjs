import { lockFile } from "@performer/file-lock";

process.send(
  await lockFile(process.argv[2]).then(
    () => "locked",
    () => "held",
  ),
);
setInterval(() => {}, 60_000);
