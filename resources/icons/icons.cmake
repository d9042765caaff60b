# Our own drawings, compiled in under :/turnspit/icons: `qt_add_resources` takes them from here.
set(TURNSPIT_ICONS
    action/add-24.svg action/add.svg action/bookmark.svg action/close.svg action/compare-24.svg action/compare.svg
    action/copy-24.svg action/copy.svg action/duplicate-24.svg action/duplicate.svg action/edit.svg action/export-24.svg
    action/export.svg action/filter.svg action/find.svg action/follow-24.svg action/follow.svg action/go-to-time.svg
    action/hold-24.svg action/hold.svg action/import-24.svg action/import.svg action/kill.svg action/next.svg
    action/open-folder-24.svg action/open-folder.svg action/palette-24.svg action/palette.svg action/previous.svg
    action/quit.svg action/remove-24.svg action/remove.svg action/restart.svg action/resume-24.svg action/resume.svg action/reveal.svg
    action/run-now.svg action/show-log-24.svg action/show-log.svg action/start.svg action/stop-24.svg action/stop.svg
    action/undo.svg action/wrap-24.svg action/wrap.svg
    app/org.turnspit.Turnspit-symbolic.svg app/org.turnspit.Turnspit.svg app/small.svg
    badge/adopted.svg badge/changed.svg badge/file-broken.svg badge/held.svg badge/unhealthy.svg
    outcome/abandoned.svg outcome/failed.svg outcome/killed.svg outcome/missed.svg outcome/skipped.svg outcome/stopped.svg
    outcome/succeeded.svg outcome/timed-out.svg outcome/unknown.svg
    state/backing-off.svg state/completed.svg state/disabled.svg state/failed.svg state/invalid.svg state/running.svg
    state/starting.svg state/stopped.svg state/stopping.svg state/waiting.svg
    tray/color/failed.svg tray/color/filled.svg tray/color/held.svg tray/color/outline.svg tray/color/unreachable.svg
    tray/color/working.svg
    tray/failed.svg tray/filled.svg tray/held.svg tray/outline.svg tray/unreachable.svg tray/working.svg)
