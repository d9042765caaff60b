#pragma once

#include "program.h"

#include "pulse.h"

#include <turnspit/control/hostsession.h>
#include <ui/hosts/hostlist.h>
#include <ui/notices/hostnews.h>
#include <ui/notices/noticebanner.h>
#include <ui/notices/noticepolicy.h>
#include <ui/quit/quitflow.h>
#include <ui/session/holds.h>
#include <ui/session/hostmirror.h>
#include <ui/session/shownsession.h>
#include <ui/tray/quickactions.h>
#include <ui/tray/unseenfailures.h>
#include <ui/tray/windowpresence.h>
#include <ui/window/mainwindow.h>

namespace turnspit::desktop {

/// Window and what else looks at one session; made anew for another one. The window may show another program meanwhile; tray, notices
/// and quitting are about this session all the time.
struct Program::Front
{
    Front(HostSession& session, NoticeOutlet& outlet, const MainWindow::Options& options)
        : mirror(session), holds(session, mirror.model()), shown(session), window(shown, options), hosts(new HostList(&window)), unseen(mirror), policy(mirror, outlet),
          news(session, mirror, window.notices(), outlet, window.memory()), actions(session), quit(session, mirror), presence(window)
    {
        window.setSide(hosts);
        mirror.attach();
    }

    HostMirror mirror;
    Holds holds;
    ShownSession shown;
    MainWindow window;
    HostList* hosts; ///< of the window
    UnseenFailures unseen;
    NoticePolicy policy;
    HostNews news;
    QuickActions actions;
    QuitFlow quit;
    WindowPresence presence;
    std::unique_ptr<Pulse> pulse; ///< of a host that is connected and not in this process
};

} // namespace turnspit::desktop
