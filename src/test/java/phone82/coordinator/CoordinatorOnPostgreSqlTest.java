package phone82.coordinator;

import phone82.Context;
import phone82.journey.Databases;

import java.nio.file.Path;
import java.util.Set;

/** The same with a database in place of the folder. */
class CoordinatorOnPostgreSqlTest extends CoordinatorTest {

    @Override
    Databases databases(Path data) {
        return Databases.onPostgreSql(Set.of(Context.COORDINATOR));
    }
}
