package phone82.coordinator;

import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;

import java.nio.file.Path;
import java.util.Map;

/** Artemis' journal in a folder, whose lock the launcher holds. */
final class FolderStore implements LraStore {

    private final Path folder;
    private boolean read;

    FolderStore(Path folder) {
        this.folder = folder;
    }

    @Override
    public void install() {
        // the default store rewrites files in place: a crash during a write loses the LRA
        arjPropertyManager.getObjectStoreEnvironmentBean().setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
        HornetqJournalEnvironmentBean journal = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
        journal.setStoreDir(folder.resolve("journal").toString());
        journal.setAsyncIO(false);
        journal.setFileSize(1024 * 1024);
        journal.setBufferFlushesPerSecond(3000);
    }

    @Override
    public void hold(Memory lras) {
        if (!read) {
            lras.read();
            read = true;
        }
    }

    @Override
    public void use(Runnable work) {
        work.run();
    }

    @Override
    public void verify() {
        // no other process can get the lock of the folder
    }

    @Override
    public Map<String, ?> check() {
        return Map.of("product", "Artemis' journal");
    }

    @Override
    public void release() {
        // the launcher releases the lock
    }
}
