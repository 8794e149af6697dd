/** The Lambda function that a flow's rule invokes. It contains nothing of the flow itself, and no SDK. */
import { flowDispatcher } from './dispatch.ts';

export const handler = flowDispatcher();
