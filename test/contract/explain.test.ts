import type { Document } from 'mongodb';
import { contract, filled } from './contract.ts';

const documents = Array.from({ length: 20 }, (_, _id) => ({ _id, a: _id % 5, b: _id }));

contract('a query by an indexed field scans the index', async (db) => {
  const collection = await filled(db, documents);
  await collection.createIndex({ a: 1 });
  const plan = winning(await collection.find({ a: 3 }).explain('queryPlanner'));

  expect(plan).toMatchObject({ stage: 'IXSCAN', indexName: 'a_1', keyPattern: { a: 1 } });
});

contract('a query by the second field of an index scans the collection', async (db) => {
  const collection = await filled(db, documents);
  await collection.createIndex({ a: 1, b: 1 });

  expect(winning(await collection.find({ b: 3 }).explain('queryPlanner'))).toMatchObject({
    stage: 'COLLSCAN',
  });
  expect(winning(await collection.find({ a: 3 }).explain('queryPlanner'))).toMatchObject({
    stage: 'IXSCAN',
    indexName: 'a_1_b_1',
  });
});

contract('a query by a field without an index scans the collection', async (db) => {
  const collection = await filled(db, documents);

  expect(winning(await collection.find({ b: 3 }).explain('queryPlanner'))).toMatchObject({
    stage: 'COLLSCAN',
  });
});

contract('a query by _id goes straight to the document', async (db) => {
  const collection = await filled(db, documents);
  const { stage } = winning(await collection.find({ _id: 3 }).explain('queryPlanner'));

  // MongoDB 8 has an express path where earlier ones had IDHACK.
  expect(['IDHACK', 'EXPRESS_IXSCAN']).toContain(stage);
});

contract('explain with statistics counts what was looked at and what was found', async (db) => {
  const collection = await filled(db, documents);
  await collection.createIndex({ a: 1 });
  const { executionStats } = await collection.find({ a: 3 }).explain('executionStats');

  expect(executionStats).toMatchObject({
    executionSuccess: true,
    nReturned: 4,
    totalKeysExamined: 4,
    totalDocsExamined: 4,
  });
});

/** The stage of the winning plan that reads, which is the innermost. */
function winning({ queryPlanner }: Document): Document {
  // The slot-based engine wraps the classic plan.
  let stage: Document = queryPlanner.winningPlan.queryPlan ?? queryPlanner.winningPlan;
  while (stage.inputStage) stage = stage.inputStage;
  return stage;
}
