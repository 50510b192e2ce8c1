package dev.octune.db.job;

import java.util.List;

/**
 * What a service goes on from.
 *
 * @param jobs in the order of their numbers: all that have not ended and the newest of the others
 * @param lastJob the highest job number ever stored, 0 for none
 * @param reservedTokens lease tokens up to this one may have been used; 0 for none
 */
public record ServiceState(
    List<StoredJob> jobs,
    long lastJob,
    List<DeviceKeyRow> keys,
    List<DeviceRow> devices,
    long reservedTokens) {
  public static final ServiceState NEW = new ServiceState(List.of(), 0, List.of(), List.of(), 0);

  public ServiceState {
    jobs = List.copyOf(jobs);
    keys = List.copyOf(keys);
    devices = List.copyOf(devices);
  }
}
