import type { Db } from 'mongodb';

export async function seedMessages(db: Db, count: number): Promise<string> {
  const now = Date.now();
  const messages = Array.from({ length: count }, (_, i) => {
    const at = new Date(now - (count - i) * 1000);
    return {
      text: `Message ${i + 1}`,
      author: `user${(i % 3) + 1}`,
      createdAt: at,
      updatedAt: at,
      version: 1,
    };
  });
  await db.collection('messages').insertMany(messages);
  return `${count} messages of user1, user2 and user3 are in ${db.databaseName}.`;
}
