// Begins the replica set of one, and makes a user for each service that keeps its documents here: a user reads and
// writes its own database alone. Run again it sets the passwords of the environment, and changes nothing else.
// For mongosh.
const host = 'mongo:27017';
const root = `mongodb://root:${encodeURIComponent(process.env.MONGO_PASSWORD)}@${host}/admin?directConnection=true`;
const passwords = { product: process.env.PRODUCT_DB_PASSWORD, cart: process.env.CART_DB_PASSWORD };

const connection = connect(root);
const admin = connection.getSiblingDB('admin');

try {
  admin.runCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
}

for (let waits = 0; !admin.runCommand({ hello: 1 }).isWritablePrimary; waits += 1) {
  if (waits > 240) throw new Error('the replica set has no primary after a minute');
  sleep(250);
}

for (const [name, pwd] of Object.entries(passwords)) {
  const database = connection.getSiblingDB(name);
  const roles = [{ role: 'readWrite', db: name }];
  if (database.getUser(name)) database.updateUser(name, { pwd, roles });
  else database.createUser({ user: name, pwd, roles });
}
