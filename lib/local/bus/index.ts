export { Archives } from './archives.ts';
export { Bus } from './bus.ts';
export { type BusEvent, type PutEntry, type PutResult, textOf } from './bus-event.ts';
export { Deliveries, type Delivery, type DeliveryFault } from './deliveries.ts';
export { EventsService } from './events-service.ts';
