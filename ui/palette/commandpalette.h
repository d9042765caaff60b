#pragma once

#include <ui/palette/palettesearch.h>

#include <QFrame>

class QLabel;
class QLineEdit;
class QListView;

namespace turnspit {

class PaletteModel;

/// Lies over a window while somebody types what to do: verbs with services and the window's actions. Never modal: it goes when it is
/// left, and the focus returns to where it was. Keys: up, down, page up and down choose; Return does; Ctrl+C copies the command line
/// that does the same; Escape leaves. What cannot be done now is listed with its reason, and Return does nothing on it.
///
/// objectNames: palette, paletteEdit, paletteList, paletteHint.
class CommandPalette final : public QFrame
{
    Q_OBJECT
public:
    explicit CommandPalette(QWidget& window);

    void setVerbs(QList<ServiceVerb> verbs) { m_search.setVerbs(std::move(verbs)); }

    /// Shows it, empty. Services and actions are those of this moment; who carries out a verb looks at the service again.
    void open(QList<ServiceInfo> services, const QString& current, bool live, const QList<QAction*>& actions);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void search();
    void place();
    void move(int key);
    void run();
    void copy();
    void showHint();
    bool isKeyOfOurs(int key, Qt::KeyboardModifiers modifiers) const;

    PaletteSearch m_search;
    PaletteModel* m_model;
    QLineEdit* m_edit;
    QListView* m_list;
    QLabel* m_hint;
    QPointer<QWidget> m_focusBefore;
};

} // namespace turnspit
