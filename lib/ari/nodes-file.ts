/** The variables by which functions and the connector find their nodes. */
export interface NodesEnvironment {
  /** The nodes themselves, as JSON. It takes precedence. */
  ARI_NODES?: string | undefined;
  /** A file with that JSON; relative to the function's folder in Lambda, to the working directory elsewhere. */
  ARI_NODES_FILE?: string | undefined;
  /** Set in Lambda: the folder with the function's code. */
  LAMBDA_TASK_ROOT?: string | undefined;
}

/** The text of the nodes, and the name of the variable or file that it came from, for messages. */
export interface NodesText {
  from: string;
  /** `undefined` where neither variable is set. */
  text: string | undefined;
}

/**
 * The nodes' JSON text: that of `ARI_NODES`, or of the file that `ARI_NODES_FILE` names. A file, because the environment
 * of a function has room for some sixteen nodes.
 *
 * @throws with the file's name and what was expected, where it cannot be read
 */
export function nodesText({ ARI_NODES, ARI_NODES_FILE, LAMBDA_TASK_ROOT }: NodesEnvironment): NodesText {
  if (ARI_NODES || !ARI_NODES_FILE) return { from: 'ARI_NODES', text: ARI_NODES };
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { resolve } = process.getBuiltinModule('node:path');
  const from = resolve(LAMBDA_TASK_ROOT ?? '', ARI_NODES_FILE);
  try {
    return { from, text: readFileSync(from, 'utf8') };
  } catch (error) {
    throw new Error(
      `ARI_NODES_FILE: expected a file with the nodes as JSON, got one that cannot be read: ${(error as NodeJS.ErrnoException).code} (${from})`,
    );
  }
}
