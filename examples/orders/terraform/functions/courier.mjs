/** Who may say that an order has arrived. The list stands for whatever knows the couriers. */
const couriers = { 'courier-1': 'north', 'courier-2': 'south' };

export async function handler({ headers, methodArn }) {
  // A REST API hands on names as the caller writes them.
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const courier = given['x-courier'];
  // The gateway makes a 401 of just this message.
  if (!Object.hasOwn(couriers, courier)) throw new Error('Unauthorized');
  const mayEnter = couriers[courier] === given['x-route'];
  return {
    principalId: courier,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: mayEnter ? 'Allow' : 'Deny',
          Resource: methodArn,
        },
      ],
    },
  };
}
